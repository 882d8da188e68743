using Amqp.Protocol;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Tests.Support;

namespace Amqp.Tests.DeadLetters;

/// <summary>
/// Full queues dead-letter their messages to one another, so one publish can cause many dead letters. They must not delay other clients.
/// </summary>
[NonParallelizable] // a ring of hundreds of queues uses all processors
public sealed class DeadLetterChainTests
{
    private BrokerInProcess _broker = null!;

    private VirtualHost VirtualHost => _broker.Broker.VirtualHosts.Find("/")!;

    [SetUp]
    public async Task StartAsync() => _broker = await BrokerInProcess.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _broker.DisposeAsync();

    [Test]
    public async Task While_a_ring_of_full_queues_goes_round_others_publish_and_consume()
    {
        const int length = 300;
        await using var client = await ConnectAsync();
        await using var bystander = await ConnectAsync();
        var channel = await client.OpenChannelAsync();
        var other = await bystander.OpenChannelAsync();
        for (int i = 0; i < length; i++)
            await DeclareFullAsync(channel, $"q{i}", $"q{(i + 1) % length}", "drop-head");
        await other.DeclareQueueAsync("other");
        int expected = DeathsOfRing(length);

        await channel.PublishAsync("", "q0", "the one too many");
        for (int i = 0; i < 10; i++)
        {
            await other.PublishAsync("", "other", $"{i}");
            Assert.That((await other.GetAsync("other")).Text, Is.EqualTo($"{i}"));
        }
        long meanwhile = Arrived(length);

        await Eventually.Holds(
            () => Arrived(length) == length + expected,
            () => $"{Arrived(length) - length} of {expected} messages have reached the next queue");
        Assert.That(meanwhile, Is.LessThan(length + expected));
        Assert.That(_broker.Broker.Faults.Total, Is.Zero);
    }

    [Test]
    public async Task That_the_exchange_is_missing_is_said_once_each_time_that_it_goes()
    {
        await using var client = await ConnectAsync();
        var channel = await client.OpenChannelAsync();
        await channel.DeclareQueueAsync(
            "q",
            arguments: FieldTable.Empty.With("x-dead-letter-exchange", FieldValue.FromString("x"))
                .With("x-max-length", FieldValue.FromInt32(0)));
        for (int time = 0; time < 2; time++)
        {
            await channel.DeclareExchangeAsync("x", "fanout");
            await PublishAsync();
            await channel.DeleteExchangeAsync("x");
            await PublishAsync();
            await PublishAsync();
        }

        Assert.That(
            _broker.Log.Where(line => line.StartsWith("Queue 'q'", StringComparison.Ordinal)),
            Is.EqualTo(Enumerable.Repeat(
                "Queue 'q' in vhost '/' dead-letters to exchange 'x', which does not exist: its dead letters are dropped", 2)));

        async Task PublishAsync()
        {
            await channel.PublishAsync("", "q", "dies");
            await channel.ExpectEmptyAsync("q");
        }
    }

    [Test]
    public async Task A_refused_message_goes_through_as_many_full_queues_as_there_are()
    {
        const int length = 2_000;
        await using var client = await ConnectAsync();
        var channel = await client.OpenChannelAsync();
        await channel.DeclareQueueAsync($"q{length}");
        for (int i = 0; i < length; i++)
            await DeclareFullAsync(channel, $"q{i}", $"q{i + 1}", "reject-publish-dlx");

        await channel.PublishAsync("", "q0", "refused everywhere");

        await Eventually.Holds(async () => (await channel.LookUpQueueAsync($"q{length}")).MessageCount == 1, () => "no message arrives");
        Assert.That(VirtualHost.FindQueue("q1")!.Traffic.Published, Is.EqualTo(1));
    }

    [Test]
    public async Task A_ring_of_queues_that_refuse_ends_where_the_message_was_before()
    {
        await using var client = await ConnectAsync();
        var channel = await client.OpenChannelAsync();
        for (int i = 0; i < 3; i++)
            await DeclareFullAsync(channel, $"q{i}", $"q{(i + 1) % 3}", "reject-publish-dlx");
        // makes the channel allocate its buffers now, so that the test does not measure them
        await channel.PublishAsync("", "nowhere", "refused everywhere");
        await channel.ExpectQuietAsync();
        long before = _broker.Broker.Memory.Held.Bytes;

        await channel.PublishAsync("", "q0", "refused everywhere");

        await channel.ExpectQuietAsync();
        await Eventually.Holds(() => _broker.Broker.Memory.Held.Bytes == before, () => "dead letters are left");
        for (int i = 0; i < 3; i++)
            Assert.That((await channel.GetAsync($"q{i}")).Text, Is.EqualTo("full"));
    }

    [Test]
    public async Task More_than_is_dropped_in_one_go_is_dropped_at_once_when_the_limit_comes_late()
    {
        const int count = 20_000;
        await using var client = await ConnectAsync();
        var channel = await client.OpenChannelAsync();
        await channel.DeclareQueueAsync("letters");
        await channel.DeclareQueueAsync("q", arguments: Arguments("letters"));
        for (int i = 0; i < count; i++)
            await channel.PublishAsync("", "q", "a");
        await Eventually.Holds(async () => (await channel.LookUpQueueAsync("q")).MessageCount == count, () => "messages are missing");

        VirtualHost.Policies.Put(
            new Policy(PolicyKind.User, "limit", "^q$", "queues", 0, FieldTable.Empty.With("max-length", FieldValue.FromInt32(5))));

        await Eventually.Holds(
            async () => (await channel.LookUpQueueAsync("letters")).MessageCount == count - 5,
            () => "dead letters are missing");
        Assert.That((await channel.LookUpQueueAsync("q")).MessageCount, Is.EqualTo(5));
    }

    [Test]
    public async Task A_full_queue_that_refuses_is_bound_to_a_history_and_dead_letters_what_it_refuses()
    {
        await using var client = await ConnectAsync();
        var channel = await client.OpenChannelAsync();
        await channel.DeclareExchangeAsync("history", "x-recent-history");
        await channel.DeclareQueueAsync("letters");
        for (int i = 0; i < 3; i++)
            await channel.PublishAsync("history", "", $"{i}");
        await DeclareFullAsync(channel, "q", "letters", "reject-publish-dlx");

        await channel.BindQueueAsync("q", "history");

        Assert.That(await channel.CountMessagesAsync(["letters"], 3), Is.EqualTo([3]));
        Assert.That((await channel.GetAsync("q")).Text, Is.EqualTo("full"));
    }

    [Test]
    public async Task A_history_that_is_bound_in_a_circle_has_its_messages_back_once()
    {
        await using var client = await ConnectAsync();
        var channel = await client.OpenChannelAsync();
        await channel.DeclareExchangeAsync("history", "x-recent-history");
        await channel.DeclareExchangeAsync("between", "fanout");
        await channel.DeclareQueueAsync("q");
        await channel.BindExchangeAsync("history", "between");
        await channel.BindQueueAsync("q", "between");
        for (int i = 0; i < 20; i++)
            await channel.PublishAsync("history", "", $"{i}");

        await channel.BindExchangeAsync("between", "history");

        for (int i = 0; i < 20; i++)
            Assert.That((await channel.GetAsync("q")).Text, Is.EqualTo($"{i}"));
        await channel.ExpectEmptyAsync("q");
    }

    private async Task<RawClient> ConnectAsync()
    {
        var client = await RawClient.DialAsync(new UriBuilder("amqp", "127.0.0.1", _broker.Ports[0]).Uri);
        await client.OpenAsync();
        return client;
    }

    private static FieldTable Arguments(string target) => FieldTable.Empty
        .With("x-dead-letter-exchange", FieldValue.FromString(""))
        .With("x-dead-letter-routing-key", FieldValue.FromString(target));

    /// <summary>Declares a queue with a length limit of 1, and publishes one message to it.</summary>
    private static async Task DeclareFullAsync(RawChannel channel, string queue, string target, string overflow)
    {
        var arguments = Arguments(target).With("x-max-length", FieldValue.FromInt32(1)).With("x-overflow", FieldValue.FromString(overflow));
        await channel.DeclareQueueAsync(queue, arguments: arguments);
        await channel.PublishAsync("", queue, "full");
    }

    /// <summary>Returns the number of messages published to the queues of a ring so far.</summary>
    private long Arrived(int length) => Enumerable.Range(0, length).Sum(i => VirtualHost.FindQueue($"q{i}")!.Traffic.Published);

    /// <summary>
    /// Simulates a ring of full queues. When a message arrives in a queue, the previous message is dead-lettered to the next queue. Returns
    /// the number of arrivals until a message would return to a queue that has dead-lettered it.
    /// </summary>
    private static int DeathsOfRing(int length)
    {
        var inQueue = Enumerable.Range(0, length).Select(_ => new HashSet<int>()).ToArray();
        var arriving = new HashSet<int>();
        for (int arrivals = 1; ; arrivals++)
        {
            int here = (arrivals - 1) % length, next = arrivals % length;
            (inQueue[here], arriving) = (arriving, inQueue[here]);
            arriving.Add(here);
            if (arriving.Contains(next))
                return arrivals;
        }
    }
}
