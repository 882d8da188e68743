using Amqp.Protocol;
using Amqp.Tests.Configuration;
using Amqp.Tests.Support;

namespace Amqp.Tests.BackPressure;

/// <summary>
/// The disk becomes full while a client publishes many messages. The limit of the disk alarm is too small to prevent this.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class FullDiskTests : IDisposable
{
    private const long MiB = 1 << 20;
    private const long Room = 32 * MiB;
    private const int Size = 20_000;
    private const int Count = 3_000; // 3,000 messages are 60 MB
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFile _config = new("""
        disk_free_limit.absolute = 1
        store.segment_size = 16MiB
        store.max_unwritten = 4MiB
        """);
    private SmallDisk _disk = null!;
    private BrokerProcess _broker = null!;
    private BlockablePublisher _publisher = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _disk = await SmallDisk.MountAsync(96 * MiB);
        _broker = await BrokerProcess.StartAsync(dataDirectory: _disk.Path, configFile: _config.Path);
        _publisher = await BlockablePublisher.OpenAsync(_broker.Port, "flooded");
        _disk.Fill(leave: Room);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _publisher?.Dispose();
        if (_broker is not null)
            await _broker.DisposeAsync();
        if (_disk is not null)
            await _disk.DisposeAsync();
    }

    public void Dispose() => _config.Dispose();

    [Test]
    public async Task What_waits_for_room_is_confirmed_when_there_is_some_and_all_of_it_survives_a_crash()
    {
        var publishing = _publisher.PublishAsync("flooded", Size, Count);
        Assert.That(await _publisher.Blocked.WaitAsync(_patience), Is.EqualTo("low on disk"));

        using (var consumer = await ConsumeAsync(prefetch: 10))
            await Flood.DemandAllAsync(consumer, Size, 10); // the consumer then disconnects without acknowledging these messages
        Assert.That(_publisher.Confirmed * Size, Is.LessThan(Room));
        Assert.That(_publisher.Unblocked.IsCompleted, Is.False);

        _disk.Clear();
        await _publisher.Unblocked.WaitAsync(_patience);
        await publishing.WaitAsync(_patience);

        await CrashAsync();
        using var after = await ConsumeAsync();
        await Flood.DemandAllAsync(after, Size, Count);
    }

    [Test]
    public async Task What_was_confirmed_is_all_there_after_a_crash_on_the_full_disk()
    {
        var publishing = _publisher.PublishAsync("flooded", Size, Count);
        await _publisher.Blocked.WaitAsync(_patience);

        _broker.Kill();
        Assert.That(async () => await publishing, Throws.Exception);
        _disk.Clear();
        await _broker.RestartAsync();

        Assert.That(_publisher.Confirmed, Is.GreaterThan(0));
        using var consumer = await ConsumeAsync();
        await Flood.DemandAllAsync(consumer, Size, (int)_publisher.Confirmed);
    }

    [Test]
    public async Task Room_that_consumers_make_lets_what_waits_through_too()
    {
        var publishing = _publisher.PublishAsync("flooded", Size, Count);
        await _publisher.Blocked.WaitAsync(_patience);

        using var consumer = await ConsumeAsync(noAck: true);
        await Flood.DemandAllAsync(consumer, Size, Count); // these are more messages than fit on the disk

        await publishing.WaitAsync(_patience);
    }

    [Test]
    public async Task Room_that_consumers_make_lets_what_waits_through_when_there_are_dead_letters_too()
    {
        const int dead = 5;
        using var other = await AmqpSocket.OpenAsync(_broker.Port);
        await other.SendAsync(1, new QueueDeclare("graves", false, true, false, false, false, FieldTable.Empty));
        await other.ExpectAsync<QueueDeclareOk>();
        var arguments = new FieldTable(
            [new("x-dead-letter-exchange", FieldValue.FromString("")), new("x-dead-letter-routing-key", FieldValue.FromString("graves"))]);
        await other.SendAsync(1, new QueueDeclare("dying", false, true, false, false, false, arguments));
        await other.ExpectAsync<QueueDeclareOk>();
        await other.SendAsync(1, new BasicConsume("dying", "", false, false, false, false, FieldTable.Empty));
        await other.ExpectAsync<BasicConsumeOk>();
        await Flood.PublishAsync(other, "dying", 1_000, dead, persistent: true);
        for (int number = 0; number < dead; number++)
            await other.ExpectDeliveryAsync();
        var publishing = _publisher.PublishAsync("flooded", Size, Count);
        await _publisher.Blocked.WaitAsync(_patience);

        await other.SendAsync(1, new BasicNack(dead, true, false));
        using var consumer = await ConsumeAsync(noAck: true);
        await Flood.DemandAllAsync(consumer, Size, Count); // these are more messages than fit on the disk

        await publishing.WaitAsync(_patience);
        await Eventually.Holds(async () => await CountAsync(other, "graves") == dead, () => "dead letters are no longer published");
        await CrashAsync();
        using var after = await AmqpSocket.OpenAsync(_broker.Port);
        Assert.That(await CountAsync(after, "graves") + await CountAsync(after, "dying"), Is.GreaterThanOrEqualTo(dead));
    }

    private static async Task<uint> CountAsync(AmqpSocket client, string queue)
    {
        await client.SendAsync(1, new QueueDeclare(queue, true, false, false, false, false, FieldTable.Empty));
        return (await client.ExpectAsync<QueueDeclareOk>()).MessageCount;
    }

    private async Task<AmqpSocket> ConsumeAsync(ushort prefetch = 0, bool noAck = false)
    {
        var consumer = await AmqpSocket.OpenAsync(_broker.Port);
        await consumer.SendAsync(1, new BasicQos(0, prefetch, false));
        await consumer.ExpectAsync<BasicQosOk>();
        await consumer.SendAsync(1, new BasicConsume("flooded", "", false, noAck, false, false, FieldTable.Empty));
        await consumer.ExpectAsync<BasicConsumeOk>();
        return consumer;
    }

    private async Task CrashAsync()
    {
        _broker.Kill();
        await _broker.RestartAsync();
    }
}
