using System.Buffers;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Channels;
using Amqp.Storage.Configuration;
using Amqp.Storage.Messages;
using Amqp.Tests.Storage;
using Amqp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;

namespace Amqp.Tests.Faults;

/// <summary>
/// Parts of the broker, called compartments, continue after an unexpected exception. Each test causes one exception. The broker must count
/// one fault.
/// </summary>
public class CompartmentTests
{
    [Test]
    public async Task An_event_that_cannot_be_published_is_left_out_and_the_next_one_comes()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("heard", true, false, false);
        await channel.QueueBindAsync("heard", "amq.rabbitmq.event", "queue.created");
        broker.Store.Break("Append", broker.NumberOf("heard"));

        await channel.QueueDeclareAsync("first", true, false, false);
        await Eventually.Holds(() => broker.Faults.Count(Compartment.Events) == 1, () => $"{broker.Faults.Total}");
        await channel.QueueDeclareAsync("second", true, false, false);

        await Eventually.Holds(() => broker.Queue("heard").Counts.Ready == 1, () => "no event arrived");
        Assert.That(broker.Faults.Total, Is.EqualTo(1));
    }

    [Test]
    public async Task A_delayed_message_that_cannot_be_routed_again_is_put_aside_and_the_next_one_comes()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        await channel.ExchangeDeclareAsync(
            "x", "x-delayed-message", true, false, new Dictionary<string, object?> { ["x-delayed-type"] = "fanout" });
        await channel.QueueBindAsync("q", "x", "");
        broker.Store.Break("Append", broker.NumberOf("q"));

        for (int i = 0; i < 3; i++)
            await channel.BasicPublishAsync(
                "x", "", false, new BasicProperties { Headers = new Dictionary<string, object?> { ["x-delay"] = 1 } }, new byte[1]);

        await Eventually.Holds(() => broker.Queue("q").Counts.Ready == 2, () => $"{broker.Queue("q").Counts.Ready} came");
        Assert.That((broker.Faults.Count(Compartment.Exchange), broker.Faults.Total), Is.EqualTo((1L, 1L)));
    }

    [Test]
    public async Task Delayed_messages_that_cannot_be_settled_are_delivered_once_and_others_follow()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        await channel.ExchangeDeclareAsync(
            "x", "x-delayed-message", true, false, new Dictionary<string, object?> { ["x-delayed-type"] = "fanout" });
        await channel.QueueBindAsync("q", "x", "");
        broker.Store.Break("Settle", broker.Exchange("x").DurableNumber);

        for (byte i = 1; i <= 2; i++)
        {
            await channel.BasicPublishAsync(
                "x", "", false, new BasicProperties { Headers = new Dictionary<string, object?> { ["x-delay"] = 1 } }, new[] { i });
            await Eventually.Holds(() => broker.Exchange("x").Count == 0, () => "the message is still delayed");
        }

        await Eventually.Holds(() => broker.Queue("q").Counts.Ready >= 2, () => $"{broker.Queue("q").Counts.Ready} came");
        for (byte i = 1; i <= 2; i++)
            Assert.That((await channel.BasicGetAsync("q", true))!.Body.ToArray(), Is.EqualTo(new[] { i }));
        Assert.That(await channel.BasicGetAsync("q", true), Is.Null);
        Assert.That((broker.Faults.Count(Compartment.Exchange), broker.Faults.Total), Is.EqualTo((1L, 1L)));
    }

    [Test]
    public async Task A_timer_that_throws_goes_off_again()
    {
        await using var broker = await FaultyBroker.StartAsync();
        broker.Store.Break("MemoryInUse", 0); // the timer of the alarms reads this value, so it fails

        await Eventually.Holds(() => broker.Faults.Count(Compartment.Broker) == 1, () => $"{broker.Faults.Total}");

        Assert.That(broker.Broker.Broker.Alarms.IsSet, Is.False);
        broker.Broker.Broker.Alarms.SetMemoryLimit(-1);
        await Eventually.Holds(() => broker.Broker.Broker.Alarms.IsSet, () => "no alarm");
    }

    [Test]
    public async Task A_request_to_the_HTTP_API_that_fails_is_answered_and_the_next_one_served()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        broker.Store.Break("Purge", broker.NumberOf("q"));

        var failed = await broker.HttpAsync("DELETE", "/queues/%2F/q/contents");

        Assert.That(
            failed,
            Is.EqualTo((500, """{"error":"internal_server_error","reason":"unexpected error; the broker's log says more"}""")));
        Assert.That(broker.Faults.Count(Compartment.Http), Is.EqualTo(1));
        Assert.That((await broker.HttpAsync("DELETE", "/queues/%2F/q/contents")).Code, Is.EqualTo(204));
    }

    [Test]
    public async Task A_connection_that_ends_leaves_nothing_behind_when_one_of_its_queues_cannot_be_let_go()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("kept", true, false, false);
        var other = await broker.ChannelAsync();
        foreach (string own in new[] { "own1", "own2", "own3" })
            await other.QueueDeclareAsync(own, false, exclusive: true, false);
        await channel.BasicPublishAsync("", "kept", new byte[1]);
        Assert.That(await other.BasicGetAsync("kept", false), Is.Not.Null);
        broker.Store.Break("DeleteQueue", broker.NumberOf("own2"));

        await broker.CloseAsync(other);

        await Eventually.Holds(() => broker.Queue("kept").Counts.Ready == 1, () => "the unacknowledged message is not back");
        await Eventually.Holds(() => broker.Host.QueueCount == 1, () => $"{broker.Host.QueueCount} queues are left");
        Assert.That(broker.Faults.Total, Is.EqualTo(1));
        Assert.That(channel.IsOpen);
    }

    [Test]
    public async Task The_store_is_disposed_of_whatever_went_wrong_before()
    {
        var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        broker.Broker.Broker.Events.Add(new BrokenListener());
        broker.Store.Break("Settle", broker.NumberOf("q"), once: false);

        await broker.DisposeAsync();

        Assert.That(broker.Store.IsDisposed);
    }

    [Test]
    public async Task A_listener_that_throws_keeps_no_other_from_hearing_nor_the_change_from_being_made()
    {
        await using var broker = await FaultyBroker.StartAsync();
        var channel = await broker.ChannelAsync();
        await channel.QueueDeclareAsync("heard", true, false, false);
        await channel.QueueBindAsync("heard", "amq.rabbitmq.event", "queue.created");
        broker.Broker.Broker.Events.Add(new BrokenListener());

        await channel.QueueDeclareAsync("q", true, false, false);

        await Eventually.Holds(() => broker.Queue("heard").Counts.Ready == 1, () => "no event arrived");
        Assert.That(channel.IsOpen);
        Assert.That((broker.Faults.Count(Compartment.Events), broker.Faults.Total), Is.EqualTo((1L, 1L)));
    }

    [Test]
    public async Task An_output_that_throws_ends_with_its_connection_and_throws_nothing_at_whoever_writes()
    {
        Exception? failure = null;
        var outbox = new Outbox(new BrokenSink(), MemoryPool<byte>.Shared, long.MaxValue, error => failure = error);

        outbox.SendHeartbeat();

        Assert.That(failure, Is.InstanceOf<NotSupportedException>());
        await outbox.CloseAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That((outbox.IsSending, outbox.Waiting), Is.EqualTo((false, 0L)));
    }

    [Test]
    public async Task Housekeeping_that_throws_what_nobody_foresaw_is_reported_and_goes_on()
    {
        using var folder = new TestFolder();
        var files = new FaultyFiles();
        var failed = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var run = new StoreRun(
            folder.Path,
            new StoreOptions { SegmentSize = 1 << 16, BlockSize = 1 << 14, BackgroundRetryDelay = TimeSpan.FromMilliseconds(10) },
            files);
        int broken = 1;
        files.Before = (_, name) =>
        {
            if (name.Contains(".idx", StringComparison.Ordinal) && Interlocked.Exchange(ref broken, 0) == 1)
                throw new NotSupportedException("a fault that a test put in");
        };
        run.Store.BackgroundWorkFailed += (_, error) => failed.TrySetResult(error);

        for (int i = 0; i < 100 && !failed.Task.IsCompleted; i++)
        {
            StoredMessage message = default;
            long position = run.Store.Append([run.First], "head"u8, new byte[4_000], true, new Span<StoredMessage>(ref message));
            await run.Store.WaitForCommitAsync(position).WaitAsync(TimeSpan.FromSeconds(30));
        }

        Assert.That(await failed.Task.WaitAsync(TimeSpan.FromSeconds(30)), Is.InstanceOf<NotSupportedException>());
        await run.SettleDownAsync(); // this call needs the thread that has thrown the exception, so it shows that the thread still runs
        Assert.That(run.Store.Failure, Is.Null);
    }

    [Test]
    public async Task A_timer_of_the_brokers_clock_contains_what_its_callback_throws()
    {
        var faults = new ContainedFaults(NullLogger.Instance, TimeProvider.System);
        int calls = 0;
        var again = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        await using var timer = new ContainedTimers(faults).CreateTimer(_ =>
        {
            if (Interlocked.Increment(ref calls) == 2)
                again.SetResult();
            throw new InvalidOperationException("a fault that a test put in");
        }, null, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1));

        await again.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(faults.Count(Compartment.Broker), Is.Positive);
    }

    private sealed class BrokenListener : Amqp.Server.Broker.Events.IBrokerEventListener
    {
        public bool IsListening => true;

        public void Hear(Amqp.Server.Broker.Events.BrokerEvent happened)
        {
            if (happened.Name == "queue.created")
                throw new InvalidOperationException("a fault that a test put in");
        }
    }

    private sealed class BrokenSink : OutputSink
    {
        public override ValueTask<int> SendAsync(ReadOnlyMemory<byte> octets) =>
            throw new NotSupportedException("a fault that a test put in");
    }
}
