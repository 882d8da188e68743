using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.EndToEnd;

/// <summary>A broker with a default queue type uses it for queues that are declared without a type.</summary>
public sealed class DefaultQueueTypeTests
{
    private BrokerProcess _broker = null!;
    private IConnection _connection = null!;
    private IChannel _channel = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "default_queue_type = quorum\n");
        _broker = await BrokerProcess.StartAsync(configFile: file);
        File.Delete(file);
        _connection = await new ConnectionFactory { Uri = _broker.Uri }.CreateConnectionAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _connection.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [SetUp]
    public async Task OpenAsync() => _channel = await _connection.CreateChannelAsync();

    [Test]
    public async Task A_durable_queue_is_of_that_type()
    {
        await DeclareAsync("durable", null);

        await DeclareAsync("durable", "quorum");
        Assert.That(
            () => DeclareAsync("durable", "classic"),
            Throws.TypeOf<OperationInterruptedException>().With.Message.Contains("x-queue-type"));
    }

    [TestCase("transient", false, false, false)]
    [TestCase("exclusive", true, true, false)]
    [TestCase("auto-delete", true, false, true)]
    public async Task A_queue_that_cannot_be_of_that_type_is_classic(string name, bool durable, bool exclusive, bool autoDelete)
    {
        await _channel.QueueDeclareAsync(name, durable, exclusive, autoDelete);

        await _channel.QueueDeclareAsync(name, durable, exclusive, autoDelete, arguments: Type("classic"));
    }

    [Test]
    public async Task Without_a_type_a_queue_of_any_type_is_the_same()
    {
        await DeclareAsync("classic", "classic");

        await DeclareAsync("classic", null);
    }

    private Task<QueueDeclareOk> DeclareAsync(string queue, string? type) =>
        _channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments: type is null ? null : Type(type));

    private static Dictionary<string, object?> Type(string type) => new() { ["x-queue-type"] = type };
}
