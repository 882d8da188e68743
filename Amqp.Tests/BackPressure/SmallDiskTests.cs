using Amqp.Protocol;
using Amqp.Tests.Configuration;
using Amqp.Tests.Support;

namespace Amqp.Tests.BackPressure;

/// <summary>
/// Clients publish more messages than fit on a disk of 96 MiB. The disk alarm, at 20 MB of free space, blocks the clients before the disk
/// is full.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SmallDiskTests : IDisposable
{
    private const long MiB = 1 << 20;
    private const int Limit = 20_000_000;
    private const int Size = 20_000;
    private const int Count = 10_000; // 10,000 messages are 200 MB
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFile _config = new($"""
        disk_free_limit.absolute = {Limit}
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
    public async Task A_flood_is_blocked_before_the_disk_is_full_and_goes_on_when_consumers_have_made_room()
    {
        var publishing = _publisher.PublishAsync("flooded", Size, Count);
        Assert.That(await _publisher.Blocked.WaitAsync(_patience), Is.EqualTo("low on disk"));
        using var consumer = await AmqpSocket.OpenAsync(_broker.Port);

        await consumer.SendAsync(1, new BasicConsume("flooded", "", false, true, false, false, FieldTable.Empty));
        await consumer.ExpectAsync<BasicConsumeOk>();
        // The disk is too small for all messages at once. So all messages can arrive only if the publisher is unblocked.
        await Flood.DemandAllAsync(consumer, Size, Count);

        await _publisher.Unblocked.WaitAsync(_patience);
        await publishing.WaitAsync(_patience);
        Assert.That(_broker.Output, Does.Not.Contain("disk of the data directory is full").And.Not.Contain("store failed"));
    }

    [Test]
    public async Task The_limit_is_noticed_within_a_few_megabytes_however_fast_the_flood()
    {
        var publishing = _publisher.PublishAsync("flooded", Size, Count);
        await _publisher.Blocked.WaitAsync(_patience);

        await Eventually.Holds(
            () => _publisher.Confirmed * Size > 96 * MiB - Limit - 8 * MiB,
            () => $"only {_publisher.Confirmed} messages are confirmed");
        // When the alarm is set, the free space may be up to 8 MiB below the limit. Up to 4 MiB were appended after the last check, and up
        // to 4 MiB were not written yet at that check.
        Assert.That(_disk.Free, Is.GreaterThan(Limit - 10 * MiB));

        _broker.Kill();
        Assert.That(async () => await publishing, Throws.Exception);
    }

    [Test]
    public async Task What_was_confirmed_before_the_alarm_is_all_there_after_a_crash()
    {
        var publishing = _publisher.PublishAsync("flooded", Size, Count);
        await _publisher.Blocked.WaitAsync(_patience);

        _broker.Kill();
        Assert.That(async () => await publishing, Throws.Exception);
        await _broker.RestartAsync();

        using var consumer = await AmqpSocket.OpenAsync(_broker.Port);
        await consumer.SendAsync(1, new BasicConsume("flooded", "", false, true, false, false, FieldTable.Empty));
        await consumer.ExpectAsync<BasicConsumeOk>();
        Assert.That(_publisher.Confirmed, Is.GreaterThan(0));
        await Flood.DemandAllAsync(consumer, Size, (int)_publisher.Confirmed);
    }
}
