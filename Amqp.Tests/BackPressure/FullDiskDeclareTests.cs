using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.BackPressure;

/// <summary>Clients declare and delete queues while the broker's disk is full. The disk has 16 MiB.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class FullDiskDeclareTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly List<IConnection> _connections = [];
    private SmallDisk _disk = null!;
    private BrokerProcess _broker = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _disk = await SmallDisk.MountAsync(16 << 20);
        _broker = await BrokerProcess.StartAsync(dataDirectory: _disk.Path);
    }

    [TearDown]
    public async Task StopAsync()
    {
        foreach (var connection in _connections)
            await connection.DisposeAsync();
        if (_broker is not null)
            await _broker.DisposeAsync();
        if (_disk is not null)
            await _disk.DisposeAsync();
    }

    [Test]
    public async Task A_declare_that_cannot_be_written_is_refused_to_that_client_only_and_succeeds_once_there_is_room()
    {
        var other = await OpenAsync();
        _disk.Fill();

        string refused = await DeclareUntilRefusedAsync(await OpenAsync());
        Assert.That(other.IsOpen, Is.True);
        await other.QueueDeclareAsync("fleeting", durable: false, exclusive: false, autoDelete: false).WaitAsync(_patience);
        Assert.That(
            async () => await other.QueueDeclarePassiveAsync(refused),
            Throws.TypeOf<OperationInterruptedException>().With.Message.Contains("NOT_FOUND"));

        _disk.Clear();
        await DeclareAsync(await OpenAsync(), refused);
        _broker.Kill();
        await _broker.RestartAsync();
        await (await OpenAsync()).QueueDeclarePassiveAsync(refused).WaitAsync(_patience);
    }

    [Test]
    public async Task What_is_deleted_on_a_full_disk_stays_deleted_once_there_is_room()
    {
        var channel = await OpenAsync();
        await DeclareAsync(channel, "deleted");
        _disk.Fill();
        await DeclareUntilRefusedAsync(await OpenAsync());

        await channel.QueueDeleteAsync("deleted").WaitAsync(_patience);
        _disk.Clear();
        await DeclareAsync(channel, "later");

        _broker.Kill();
        await _broker.RestartAsync();
        channel = await OpenAsync();
        await channel.QueueDeclarePassiveAsync("later").WaitAsync(_patience);
        Assert.That(
            async () => await channel.QueueDeclarePassiveAsync("deleted"),
            Throws.TypeOf<OperationInterruptedException>().With.Message.Contains("NOT_FOUND"));
    }

    /// <summary>Declares queues until the disk has no space for the record of the next queue.</summary>
    /// <returns>Name of the queue that could not be declared.</returns>
    private static async Task<string> DeclareUntilRefusedAsync(IChannel channel)
    {
        for (int number = 0; ; number++)
        {
            string queue = $"full.{number}.{new string('.', 200)}";
            try
            {
                await DeclareAsync(channel, queue);
            }
            catch (OperationInterruptedException refusal)
            {
                Assert.That(refusal.ShutdownReason!.ReplyText, Is.EqualTo("INTERNAL_ERROR - the disk of the data directory is full"));
                Assert.That(
                    (refusal.ShutdownReason.ReplyCode, refusal.ShutdownReason.ClassId, refusal.ShutdownReason.MethodId),
                    Is.EqualTo((541, 50, 10)));
                return queue;
            }
            Assert.That(number, Is.LessThan(1_000), "the disk is not full");
        }
    }

    private static async Task DeclareAsync(IChannel channel, string queue) =>
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false).WaitAsync(_patience);

    private async Task<IChannel> OpenAsync()
    {
        var connection = await new ConnectionFactory { Uri = _broker.Uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
        _connections.Add(connection);
        return await connection.CreateChannelAsync();
    }
}
