using System.Text;
using System.Text.Json;
using Amqp.Tests.Faults;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Tests.Broker;

/// <summary>Each reason why a queue delivers nothing is found, with clients in that state.</summary>
public sealed class WhyTests
{
    private FaultyBroker _broker = null!;
    private IChannel _channel = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _broker = await FaultyBroker.StartAsync("collect_statistics_interval = 200");
        _channel = await _broker.ChannelAsync();
    }

    [TearDown]
    public async Task StopAsync() => await _broker.DisposeAsync();

    [Test]
    public async Task An_empty_queue_without_consumers()
    {
        await DeclareAsync();

        Assert.That(await WhyAsync(), Is.EqualTo(("empty", "queue_empty no_consumers")));
    }

    [Test]
    public async Task A_queue_without_consumers()
    {
        await DeclareAsync();
        await PublishAsync(3);

        Assert.That(await WhyAsync(), Is.EqualTo(("not_delivering", "no_consumers")));
    }

    [Test]
    public async Task An_exclusive_queue_names_its_owner()
    {
        await _channel.QueueDeclareAsync("q", false, true, false);
        await PublishAsync(1);

        Assert.That((await FindAsync("no_consumers")).GetProperty("text").GetString(), Does.Contain("only its owner can consume it"));
    }

    [Test]
    public async Task A_consumer_whose_prefetch_is_full_with_its_count_and_time()
    {
        await DeclareAsync(new() { ["x-consumer-timeout"] = 12_000 }); // the age is measured four times within the timeout
        await PublishAsync(10);
        await ConsumeAsync("c", prefetch: 4);
        await Eventually.Holds(() => _broker.Queue("q").Counts.Unacknowledged == 4, () => "nothing was delivered");

        var found = await FindAsync("prefetch_full", duration: 1_000);
        Assert.That(
            (found.GetProperty("consumer_tag").GetString(), found.GetProperty("messages").GetInt32()), Is.EqualTo(("c", 4)));
        Assert.That(
            found.GetProperty("text").GetString(),
            Does.Match(@"^Consumer 'c' on channel .* \(1\) has reached its prefetch limit of 4: 4 messages of this queue are "
                + @"unacknowledged; the oldest is unacknowledged, for at least \d+ s\.$"));
    }

    [Test]
    public async Task A_channel_whose_shared_prefetch_is_full()
    {
        await DeclareAsync();
        await PublishAsync(10);
        var consumer = await _broker.ChannelAsync();
        await consumer.BasicQosAsync(0, 3, true);
        await consumer.BasicConsumeAsync("q", false, "c", new AsyncEventingBasicConsumer(consumer));
        await Eventually.Holds(() => _broker.Queue("q").Counts.Unacknowledged == 3, () => "nothing was delivered");

        Assert.That((await FindAsync("channel_prefetch_full")).GetProperty("messages").GetInt32(), Is.EqualTo(3));
    }

    [Test]
    public async Task All_messages_are_unacknowledged_and_by_whom()
    {
        await DeclareAsync();
        await PublishAsync(5);
        var getter = await _broker.ChannelAsync();
        await getter.BasicGetAsync("q", false);
        await ConsumeAsync("c", prefetch: 10);
        await Eventually.Holds(() => _broker.Queue("q").Counts is (0, 5, 1), () => "nothing was delivered");

        Assert.That(await WhyAsync(), Is.EqualTo(("not_delivering", "all_unacknowledged unacknowledged unacknowledged consumer_ready")));
        var holders = (await GetAsync()).GetProperty("findings").EnumerateArray()
            .Where(finding => finding.GetProperty("kind").GetString() == "unacknowledged").ToList();
        Assert.That(holders.Select(holder => holder.GetProperty("messages").GetInt32()), Is.EqualTo(new[] { 4, 1 }));
        Assert.That(holders[0].GetProperty("consumer_tag").GetString(), Is.EqualTo("c"));
        Assert.That(holders[1].GetProperty("text").GetString(), Does.StartWith("A basic.get on channel "));
    }

    [Test]
    public async Task A_consumer_beside_the_single_active_one()
    {
        await DeclareAsync(new() { ["x-single-active-consumer"] = true });
        await ConsumeAsync("first", prefetch: 1);
        await ConsumeAsync("second", prefetch: 1);
        await PublishAsync(3);

        var found = await FindAsync("single_active_elsewhere");
        Assert.That(found.GetProperty("consumer_tag").GetString(), Is.EqualTo("second"));
        Assert.That(found.GetProperty("text").GetString(), Does.Contain("'first' on channel "));
    }

    [Test]
    public async Task A_consumer_of_a_lower_priority_than_another_that_has_room()
    {
        await DeclareAsync();
        await ConsumeAsync("low", prefetch: 1);
        var other = await _broker.ChannelAsync();
        var priority = new Dictionary<string, object?> { ["x-priority"] = 5 };
        await other.BasicConsumeAsync("q", false, "high", false, false, priority, new AsyncEventingBasicConsumer(other));

        Assert.That((await FindAsync("lower_priority")).GetProperty("consumer_tag").GetString(), Is.EqualTo("low"));
        Assert.That((await FindAsync("consumer_ready")).GetProperty("consumer_tag").GetString(), Is.EqualTo("high"));
    }

    [Test]
    public async Task A_consumer_whose_connection_does_not_read()
    {
        await DeclareAsync();
        await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{_broker.Broker.Port}"));
        await client.OpenAsync();
        var reader = await client.OpenChannelAsync();
        await reader.ConsumeAsync("q", noAck: true);
        byte[] body = new byte[1 << 20];
        await Eventually.Holds(
            async () =>
            {
                await _channel.BasicPublishAsync("", "q", body);
                return (await GetAsync()).GetProperty("findings").ToString().Contains("output_full", StringComparison.Ordinal);
            },
            () => "the output never gets full", TimeSpan.FromMinutes(1));

        Assert.That((await FindAsync("output_full")).GetProperty("text").GetString(), Does.Contain("its connection does not read"));
    }

    [Test]
    public async Task A_consumer_whose_connection_also_publishes_and_is_blocked_by_an_alarm()
    {
        await DeclareAsync();
        await PublishAsync(5);
        await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{_broker.Broker.Port}"));
        await client.OpenAsync();
        var both = await client.OpenChannelAsync();
        await both.SendAsync(new Amqp.Protocol.BasicQos(0, 1, false));
        await both.ExpectAsync<Amqp.Protocol.BasicQosOk>();
        await both.ConsumeAsync("q", noAck: false);
        _broker.Broker.Broker.Alarms.SetDiskLimit(long.MaxValue);
        await both.PublishAsync("", "q", "blocked");

        var blocked = await FindAsync("connection_blocked");
        Assert.That(blocked.GetProperty("advice").GetString(), Is.EqualTo("Consume and publish on separate connections."));
        var alarm = await FindAsync("publishers_blocked");
        Assert.That(alarm.GetProperty("text").GetString(), Does.StartWith("The broker is low on disk: publishers are blocked"));
    }

    [Test]
    public async Task Dead_letters_that_wait_for_the_end_of_the_disk_alarm()
    {
        await DeclareAsync(new() { ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = "dead", ["x-message-ttl"] = 2_000 });
        await _channel.QueueDeclareAsync("dead", true, false, false);
        await PublishAsync(5);
        _broker.Broker.Broker.Alarms.SetDiskLimit(long.MaxValue);

        var found = await FindAsync("dead_letters_waiting");
        Assert.That(found.GetProperty("messages").GetInt32(), Is.InRange(1, 5));
        await Eventually.Holds(
            async () => (await FindAsync("dead_letters_waiting")).GetProperty("text").GetString()!.Contains("the end of the disk alarm"),
            () => "the text does not name the alarm");
    }

    [Test]
    public async Task A_crashed_queue()
    {
        await DeclareAsync();
        await ConsumeAsync("c", prefetch: 1);
        _broker.Store.Break("NoteDelivered", _broker.NumberOf("q"));
        await PublishAsync(1);

        Assert.That(
            (await FindAsync("queue_crashed")).GetProperty("advice").GetString(), Does.EndWith("amqpbroker queues restart 'q'"));
        Assert.That((await GetAsync()).GetProperty("status").GetString(), Is.EqualTo("not_delivering"));
    }

    [Test]
    public async Task A_queue_whose_messages_cannot_be_read_now()
    {
        await DeclareAsync();
        await PublishAsync(1);
        _broker.Store.BeforeRead = static _ => throw new IOException("the disk is away");
        await ConsumeAsync("c", prefetch: 1);

        Assert.That((await FindAsync("queue_unreadable")).GetProperty("text").GetString(), Does.Contain("cannot be read from the disk"));
        _broker.Store.BeforeRead = static _ => { };
    }

    [Test]
    public async Task Quarantined_messages()
    {
        await DeclareAsync();
        _broker.Poison("q");
        await _channel.BasicGetAsync("q", true);

        Assert.That(
            (await FindAsync("messages_quarantined")).GetProperty("text").GetString(),
            Is.EqualTo("1 message could not be processed, and is not delivered."));
    }

    [TestCase("reject-publish", "and refuses new messages")]
    [TestCase("drop-head", "each new message drops the oldest one")]
    public async Task A_full_queue(string overflow, string text)
    {
        await DeclareAsync(new() { ["x-max-length"] = 2, ["x-overflow"] = overflow });
        await PublishAsync(2);

        Assert.That((await FindAsync("queue_full")).GetProperty("text").GetString(), Does.Contain(text));
    }

    [Test]
    public async Task A_queue_that_delivers_says_at_which_rate()
    {
        await DeclareAsync();
        var consumer = await _broker.ChannelAsync();
        await consumer.BasicConsumeAsync("q", true, new AsyncEventingBasicConsumer(consumer));

        JsonElement why = default;
        await Eventually.Holds(
            async () =>
            {
                await PublishAsync(5);
                why = await GetAsync();
                return why.GetProperty("status").GetString() == "delivering";
            },
            () => $"{why}");

        Assert.That(why.GetProperty("deliver_rate").GetDouble(), Is.Positive);
        Assert.That(
            why.GetProperty("findings")[0].GetProperty("text").GetString(),
            Does.Match(@"^The queue delivers [\d.]+ messages per second\.$"));
    }

    [Test]
    public async Task A_queue_that_does_not_exist_is_not_found()
    {
        Assert.That((await _broker.HttpAsync("GET", "/queues/%2F/none/why")).Code, Is.EqualTo(404));
    }

    private Task<QueueDeclareOk> DeclareAsync(Dictionary<string, object?>? arguments = null) =>
        _channel.QueueDeclareAsync("q", true, false, false, arguments);

    private async Task PublishAsync(int messages)
    {
        for (int i = 0; i < messages; i++)
            await _channel.BasicPublishAsync("", "q", false, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes($"{i}"));
    }

    private async Task ConsumeAsync(string tag, ushort prefetch)
    {
        var channel = await _broker.ChannelAsync();
        await channel.BasicQosAsync(0, prefetch, false);
        await channel.BasicConsumeAsync("q", false, tag, new AsyncEventingBasicConsumer(channel));
    }

    private async Task<JsonElement> GetAsync()
    {
        var (code, body) = await _broker.HttpAsync("GET", "/queues/%2F/q/why");
        Assert.That(code, Is.EqualTo(200), body);
        return JsonDocument.Parse(body).RootElement;
    }

    /// <summary>Returns the status, and the kinds of all findings.</summary>
    private async Task<(string, string)> WhyAsync()
    {
        var why = await GetAsync();
        return (
            why.GetProperty("status").GetString()!,
            string.Join(' ', why.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("kind").GetString())));
    }

    /// <summary>Waits for a finding of a kind.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="duration">Milliseconds for which the state must have lasted; 0 for any finding.</param>
    private async Task<JsonElement> FindAsync(string kind, long duration = 0)
    {
        JsonElement why = default, found = default;
        await Eventually.Holds(
            async () =>
            {
                why = await GetAsync();
                foreach (var finding in why.GetProperty("findings").EnumerateArray())
                {
                    bool isFound = finding.GetProperty("kind").GetString() == kind
                        && (duration == 0 || (finding.TryGetProperty("duration", out var known) && known.GetInt64() >= duration));
                    if (!isFound)
                        continue;
                    found = finding;
                    return true;
                }
                return false;
            },
            () => $"no {kind} in {why}", TimeSpan.FromSeconds(20));
        Assert.That(found.GetProperty("text").GetString(), Does.EndWith("."));
        return found;
    }
}
