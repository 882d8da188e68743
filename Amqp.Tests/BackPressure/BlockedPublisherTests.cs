using Amqp.Protocol;
using Amqp.Server.Broker.Queues;
using Amqp.Tests.Support;

namespace Amqp.Tests.BackPressure;

/// <summary>During an alarm, the broker blocks each connection at its first content frame, as in RabbitMQ.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[NonParallelizable] // the memory alarm measures the memory of this process
public sealed class BlockedPublisherTests
{
    private const long MoreThanThereIs = 1L << 60;
    private const long MemoryLimit = 16 << 20;

    private BrokerInProcess _broker = null!;
    private RawClient _client = null!;
    private RawChannel _first = null!;
    private RawChannel _second = null!;

    private Queue Queue => _broker.Broker.VirtualHosts.Find("/")!.FindQueue("q")!;

    [SetUp]
    public async Task StartAsync()
    {
        _broker = await BrokerInProcess.StartAsync($"vm_memory_high_watermark.absolute = {MemoryLimit}");
        _client = await OpenAsync();
        _first = await _client.OpenChannelAsync(1);
        _second = await _client.OpenChannelAsync(2);
        await _first.DeclareQueueAsync("q");
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [TestCase("nothing")]
    [TestCase("a publish")]
    [TestCase("an open transaction with a publish")]
    [TestCase("a publish of which only the method has come")]
    [TestCase("a publish of which a part of the body has come")]
    public async Task Requests_are_answered_and_the_first_content_frame_is_the_last_that_is_read(string before)
    {
        int published = await PrepareAsync(before);
        _broker.Broker.Alarms.SetDiskLimit(MoreThanThereIs);

        await DeclareAsync(_first);
        await _first.PublishAsync("", "q", "held back");
        var blocked = await _client.ExpectAsync<ConnectionBlocked>(0);
        Assert.That(blocked.Reason, Is.EqualTo("low on disk"));
        for (int more = 0; more < 10; more++)
            await _first.PublishAsync("", "q", "held back too");
        await _first.SendAsync(new QueueDeclare("q", true, false, false, false, false, FieldTable.Empty));
        await BeatAsync();
        Assert.That(Queue.Counts.Ready, Is.EqualTo(published));

        _broker.Broker.Alarms.SetDiskLimit(0);
        await _client.ExpectAsync<ConnectionUnblocked>(0);
        Assert.That(
            (await _first.ExpectAsync<QueueDeclareOk>()).MessageCount,
            Is.EqualTo(before.Contains("transaction") ? published : published + 11));
    }

    [Test]
    public async Task A_content_that_has_begun_goes_on_by_one_frame_and_is_finished_after_the_alarm()
    {
        await SendPartAsync(_second, bodySize: 3, "1"u8.ToArray());
        _broker.Broker.Alarms.SetDiskLimit(MoreThanThereIs);

        await _second.SendFrameAsync(FrameType.Body, "2"u8);
        await _client.ExpectAsync<ConnectionBlocked>(0);
        await _second.SendFrameAsync(FrameType.Body, "3"u8);
        await BeatAsync();
        Assert.That(Queue.Counts.Ready, Is.Zero);

        _broker.Broker.Alarms.SetDiskLimit(0);
        await _client.ExpectAsync<ConnectionUnblocked>(0);
        Assert.That((await _first.GetAsync("q")).Text, Is.EqualTo("123"));
    }

    [Test]
    public async Task A_content_that_ends_with_that_frame_is_a_message_and_the_next_one_waits()
    {
        await SendPartAsync(_second, bodySize: 2, "1"u8.ToArray());
        _broker.Broker.Alarms.SetDiskLimit(MoreThanThereIs);

        await _second.SendFrameAsync(FrameType.Body, "2"u8);
        await _client.ExpectAsync<ConnectionBlocked>(0);
        await _second.PublishAsync("", "q", "next");
        await BeatAsync();

        Assert.That(Queue.Counts.Ready, Is.EqualTo(1));
    }

    [Test]
    public async Task A_commit_is_a_request_and_is_answered()
    {
        await PrepareAsync("an open transaction with a publish");
        _broker.Broker.Alarms.SetDiskLimit(MoreThanThereIs);

        await _first.CallAsync<TxCommit, TxCommitOk>(new TxCommit());

        Assert.That(Queue.Counts.Ready, Is.EqualTo(1));
        await _first.PublishAsync("", "q", "next transaction");
        await _client.ExpectAsync<ConnectionBlocked>(0);
    }

    [Test]
    public async Task Whoever_connects_during_the_alarm_is_held_back_at_the_first_publish()
    {
        _broker.Broker.Alarms.SetDiskLimit(MoreThanThereIs);
        await using var client = await OpenAsync();
        var channel = await client.OpenChannelAsync();

        await channel.PublishAsync("", "q", "held back");
        await client.ExpectAsync<ConnectionBlocked>(0);

        Assert.That(Queue.Counts.Ready, Is.Zero);
    }

    /// <summary>
    /// A client publishes during an alarm while the broker holds data of this client. If this data takes more than an eighth of the memory
    /// limit, the broker closes the connection during a memory alarm, but not during a disk alarm.
    /// </summary>
    [TestCase("a content", 22, "low on disk", false)]
    [TestCase("a transaction", 22, "low on disk", false)]
    [TestCase("a transaction", 18, "low on memory", false)]
    [TestCase("a transaction", 22, "low on memory", true)]
    [TestCase("a content", 22, "low on memory & disk", true)]
    public async Task Who_holds_more_than_its_part_is_closed_where_memory_is_short_and_else_waits(
        string what, int hundredThousands, string alarm, bool isClosed)
    {
        byte[] part = new byte[100_000];
        if (what == "a content")
            await SendPartAsync(_second, (ulong)(hundredThousands + 1) * 100_000, part);
        else
            await _second.CallAsync<TxSelect, TxSelectOk>(new TxSelect());
        for (int sent = what == "a content" ? 1 : 0; sent < hundredThousands; sent++)
            await (what == "a content"
                ? _second.SendFrameAsync(FrameType.Body, part)
                : _second.PublishAsync(new BasicPublish("", "q", false, false), Encoded.Properties(new()), part));
        await DeclareAsync(_first); // the broker answers the declaration only after it has read all the frames above
        Set(alarm);

        await _first.PublishAsync("", "q", "held back");
        if (isClosed)
        {
            Assert.That((await _client.ExpectAsync<ConnectionClose>(0)).ReplyCode, Is.EqualTo((ushort)ReplyCode.ResourceError));
            await Eventually.Holds(
                () => _broker.Broker.Memory.Held.Bytes == 0,
                () => $"{_broker.Broker.Memory.Held.Bytes} bytes are still held");
            return;
        }
        Assert.That((await _client.ExpectAsync<ConnectionBlocked>(0)).Reason, Is.EqualTo(alarm));
        Set("");
        await _client.ExpectAsync<ConnectionUnblocked>(0);
        if (what == "a content")
            await _second.SendFrameAsync(FrameType.Body, part);
        else
            await _second.CallAsync<TxCommit, TxCommitOk>(new TxCommit());
        await Eventually.Holds(
            () => Queue.Counts.Ready == (what == "a content" ? 2 : hundredThousands + 1),
            () => $"{Queue.Counts.Ready} messages have arrived");
    }

    private void Set(string alarms)
    {
        _broker.Broker.Alarms.SetMemoryLimit(alarms.Contains("memory") ? 1 : MemoryLimit);
        _broker.Broker.Alarms.SetDiskLimit(alarms.Contains("disk") ? MoreThanThereIs : 0);
        Assert.That(_broker.Broker.Alarms.Reason ?? "", Is.EqualTo(alarms));
    }

    /// <returns>Number of messages that the publisher has put into the queue.</returns>
    private async Task<int> PrepareAsync(string before)
    {
        switch (before)
        {
            case "a publish":
                await _first.PublishAsync("", "q", "before");
                await DeclareAsync(_first);
                return 1;
            case "an open transaction with a publish":
                await _first.CallAsync<TxSelect, TxSelectOk>(new TxSelect());
                await _first.PublishAsync("", "q", "before");
                await DeclareAsync(_first);
                return 0;
            case "a publish of which only the method has come":
                await _second.SendAsync(new BasicPublish("", "q", false, false));
                return 0;
            case "a publish of which a part of the body has come":
                await SendPartAsync(_second, bodySize: 10, "1"u8.ToArray());
                return 0;
            default:
                return 0;
        }
    }

    private async Task SendPartAsync(RawChannel channel, ulong bodySize, byte[] part)
    {
        await channel.SendAsync(new BasicPublish("", "q", false, false));
        await channel.SendFrameAsync(FrameType.Header, Encoded.Header(bodySize, Encoded.Properties(new())));
        await channel.SendFrameAsync(FrameType.Body, part);
        await DeclareAsync(_first); // the broker answers the declaration only after it has read all the frames above
    }

    private static Task<QueueDeclareOk> DeclareAsync(RawChannel channel) =>
        channel.CallAsync<QueueDeclare, QueueDeclareOk>(new QueueDeclare("q", true, false, false, false, false, FieldTable.Empty));

    /// <summary>Waits for two heartbeats, so that the broker has time to read more from the client.</summary>
    private async Task BeatAsync()
    {
        for (int beat = 0; beat < 2; beat++)
            Assert.That((await _client.ReceiveAsync()).Type, Is.EqualTo(FrameType.Heartbeat));
    }

    private async Task<RawClient> OpenAsync()
    {
        var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{_broker.Port}"));
        await client.OpenAsync(heartbeat: 1);
        return client;
    }
}
