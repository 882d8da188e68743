using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Interop;

/// <summary>
/// The broker that all test classes of this folder share: a process of this project's broker, or the broker at <c>AMQP_INTEROP_URL</c>.
/// After the run, the queues and exchanges of the tests are deleted.
/// </summary>
[SetUpFixture]
// without this attribute, NUnit runs the tests of this folder only after all parallel tests
[Parallelizable(ParallelScope.Self | ParallelScope.Fixtures)]
public sealed class InteropRun
{
    private static readonly string? _external = Environment.GetEnvironmentVariable("AMQP_INTEROP_URL");
    private static readonly List<string> _names = []; // guarded by a lock on the list
    private static readonly Lazy<Task<BrokerProcess>> _namedRabbitMq = new(StartNamedRabbitMqAsync);
    private static BrokerProcess? _broker;

    /// <summary>False if the programs run against the broker at <c>AMQP_INTEROP_URL</c>.</summary>
    internal static bool IsOwnBroker => string.IsNullOrEmpty(_external);

    internal static Uri BrokerUri => _broker?.Uri ?? new Uri(_external ?? throw new InvalidOperationException("No broker runs."));

    /// <summary>
    /// Returns the URI of a broker that reports RabbitMQ as its product. Some clients choose their features by the product.
    /// </summary>
    internal static async Task<Uri> NamedRabbitMqAsync() => IsOwnBroker ? (await _namedRabbitMq.Value).Uri : BrokerUri;

    /// <summary>
    /// Returns a name for a queue or an exchange that no other test uses. The object with this name is deleted after the run.
    /// </summary>
    internal static string UniqueName(string stem)
    {
        string name = $"{stem}-{Guid.NewGuid().ToString("N")[..8]}";
        lock (_names)
            _names.Add(name);
        return name;
    }

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        if (IsOwnBroker)
            _broker = await BrokerProcess.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
        else if (!IsOwnBroker)
            await DeleteNamesAsync();
        if (_namedRabbitMq.IsValueCreated)
            await (await _namedRabbitMq.Value).DisposeAsync();
    }

    private static async Task<BrokerProcess> StartNamedRabbitMqAsync()
    {
        string settings = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(settings, ["product_name = RabbitMQ", "product_version = 3.13.7"]);
            return await BrokerProcess.StartAsync(configFile: settings);
        }
        finally
        {
            File.Delete(settings);
        }
    }

    private static async Task DeleteNamesAsync()
    {
        await using IConnection connection = await new ConnectionFactory { Uri = BrokerUri }.CreateConnectionAsync();
        await using IChannel channel = await connection.CreateChannelAsync();
        foreach (string name in _names)
        {
            await channel.QueueDeleteAsync(name);
            await channel.ExchangeDeleteAsync(name);
        }
    }
}
