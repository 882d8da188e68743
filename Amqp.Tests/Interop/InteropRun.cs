using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Interop;

/// <summary>
/// The broker that the fixtures of this folder share: a process of ours, or the one <c>AMQP_INTEROP_URL</c> names,
/// which is left as clean as it was.
/// </summary>
[SetUpFixture]
public sealed class InteropRun
{
    private static readonly string? _external = Environment.GetEnvironmentVariable("AMQP_INTEROP_URL");
    private static readonly List<string> _names = []; // locked
    private static BrokerProcess? _broker;

    /// <summary>False when the programs run against a broker that someone else started.</summary>
    internal static bool IsOwnBroker => string.IsNullOrEmpty(_external);

    internal static Uri BrokerUri => _broker?.Uri ?? new Uri(_external ?? throw new InvalidOperationException("No broker runs."));

    /// <summary>A name for a queue or an exchange that no other test uses; it is deleted after the run.</summary>
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
