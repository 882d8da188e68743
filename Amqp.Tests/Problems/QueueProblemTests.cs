using System.Text.Json;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Problems;

/// <summary>The problems of queues are found.</summary>
public sealed class QueueProblemTests : ProblemTests
{
    [Test]
    public async Task A_broker_at_rest_has_none()
    {
        await DeclareAsync("q");

        Assert.That(await GetAsync(), Is.Empty);
    }

    [Test]
    public async Task A_growing_queue_says_how_fast_it_grows_and_when_it_is_full()
    {
        await DeclareAsync("q", new() { ["x-max-length"] = 100_000, ["x-overflow"] = "reject-publish" });

        var found = await FindAsync("queue_growing", () => PublishAsync("q", 20));

        Assert.That(Head(found), Does.Match("^(critical|warning) / queue q$"));
        Assert.That(
            TextOf(found, "text"),
            Does.Match(@"^Queue 'q' grows by [\d.,]+ messages/s and has [\d,]+ ready messages\. It is full in [\dhmins ]+ "
                + @"\(max-length 100,000\), and then refuses new messages\.$"));
        Assert.That(TextOf(found, "advice"), Is.EqualTo("It has no consumer: start one."));
        Assert.That(
            DateTimeOffset.FromUnixTimeMilliseconds(found.GetProperty("since").GetInt64()),
            Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(2)));
    }

    [Test]
    public async Task A_queue_that_has_stopped_to_grow_is_no_longer_listed_as_growing()
    {
        await DeclareAsync("q");
        await FindAsync("queue_growing", () => PublishAsync("q", 20));

        await LoseAsync("queue_growing");
        await FindAsync("queue_without_consumers");
    }

    [Test]
    public async Task A_queue_with_messages_but_no_consumer()
    {
        await DeclareAsync("q");
        await PublishAsync("q", 3);

        var found = await FindAsync(
            "queue_without_consumers", isWanted: problem => TextOf(problem, "severity") == "info"); // no longer arriving

        Assert.That(Head(found), Is.EqualTo("info / queue q"));
        Assert.That(TextOf(found, "text"), Does.Match(@"^Queue 'q' has 3 ready messages, but it has had no consumer for \d+ s\.$"));
        Assert.That(found.GetProperty("since").GetInt64(), Is.EqualTo(Broker.Queue("q").Status.CreatedAt).Within(5_000));
    }

    [Test]
    public async Task A_queue_is_without_consumers_since_the_last_one_left()
    {
        await DeclareAsync("q");
        var consumer = await ConsumeAsync("q", "c", 1);
        await PublishAsync("q", 3);
        long before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await consumer.BasicCancelAsync("c");

        var found = await FindAsync("queue_without_consumers");

        Assert.That(found.GetProperty("since").GetInt64(), Is.GreaterThanOrEqualTo(before));
    }

    [Test]
    public async Task Consumers_that_take_no_more_before_they_acknowledge()
    {
        await DeclareAsync("q");
        await PublishAsync("q", 10);
        await ConsumeAsync("q", "c", 4);

        var found = await FindAsync("consumers_at_prefetch", isWanted: problem => TextOf(problem, "severity") == "warning");

        Assert.That(
            TextOf(found, "text"),
            Is.EqualTo("Queue 'q' has 6 ready messages. Its only consumer takes no more before it acknowledges: 4 are unacknowledged."));
    }

    [TestCase("reject-publish", "warning", "it refuses new messages")]
    [TestCase("drop-head", "info", "each new message drops the oldest one")]
    public async Task A_full_queue(string overflow, string severity, string text)
    {
        await DeclareAsync("q", new() { ["x-max-length"] = 2, ["x-overflow"] = overflow });
        await PublishAsync("q", 2);

        var found = await FindAsync("queue_full");

        Assert.That(Head(found), Is.EqualTo($"{severity} / queue q"));
        Assert.That(TextOf(found, "text"), Is.EqualTo($"Queue 'q' is full (max-length 2): {text}."));
    }

    [Test]
    public async Task A_queue_that_has_grown_until_it_is_full_is_no_longer_listed_as_growing()
    {
        await DeclareAsync("q", new() { ["x-max-length"] = 2_000 });
        await FindAsync("queue_growing", () => PublishAsync("q", 5));
        await PublishAsync("q", 2_000);

        string?[] kinds = [];
        await Eventually.Holds(
            async () => (kinds = [.. (await GetAsync()).Select(problem => TextOf(problem, "kind"))]).Contains("queue_full"),
            () => string.Join(' ', kinds));

        Assert.That(kinds, Does.Not.Contain("queue_growing"));
    }

    [Test]
    public async Task A_crashed_queue_in_another_virtual_host()
    {
        Assert.That((await Broker.HttpAsync("PUT", "/vhosts/other")).Code, Is.EqualTo(201));
        await using var connection = await Broker.Broker.Factory(virtualHost: "other").CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync("q", true, false, false);
        await channel.BasicConsumeAsync("q", false, new RabbitMQ.Client.Events.AsyncEventingBasicConsumer(channel));
        var queue = Broker.Broker.Broker.VirtualHosts.Find("other")!.FindQueue("q")!;
        Broker.Store.Break("NoteDelivered", queue.Messages.Number);
        await channel.BasicPublishAsync("", "q", new byte[1]);

        var found = await FindAsync("queue_crashed");

        Assert.That(Head(found), Is.EqualTo("critical other queue q"));
        Assert.That(TextOf(found, "advice"), Does.EndWith("amqpbroker queues restart 'q' --vhost 'other'"));
    }

    [Test]
    public async Task Quarantined_messages()
    {
        await DeclareAsync("q");
        Broker.Poison("q");
        await Channel.BasicGetAsync("q", true);

        var found = await FindAsync("messages_quarantined");

        Assert.That(TextOf(found, "text"), Is.EqualTo("1 message of queue 'q' could not be processed, and is not delivered."));
        Assert.That(found.GetProperty("since").ValueKind, Is.EqualTo(JsonValueKind.Number));
    }

    [Test]
    public async Task Dead_letters_that_cannot_be_published()
    {
        await DeclareAsync(
            "q", new() { ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = "dead", ["x-message-ttl"] = 500 });
        await DeclareAsync("dead");
        await PublishAsync("q", 1);
        Broker.Broker.Broker.Alarms.SetDiskLimit(long.MaxValue);

        Assert.That(TextOf(await FindAsync("dead_letters_waiting"), "text"), Does.StartWith("1 dead letter of queue 'q' cannot be"));
    }

    [TestCase("none", null, "their exchange 'none' does not exist")]
    [TestCase("", "none", "there is no queue 'none'")]
    [TestCase("empty", null, "their exchange 'empty' has no bindings")]
    [TestCase("amq.direct", "none", "no queue is bound to their exchange 'amq.direct' for the routing key 'none'")]
    public async Task Dead_letters_without_a_target(string exchange, string? key, string reason)
    {
        await Channel.ExchangeDeclareAsync("empty", "fanout", true);
        var arguments = new Dictionary<string, object?> { ["x-dead-letter-exchange"] = exchange };
        if (key is not null)
            arguments["x-dead-letter-routing-key"] = key;
        await DeclareAsync("q", arguments);

        var found = await FindAsync("dead_letter_target_missing");

        Assert.That(Head(found), Is.EqualTo("warning / queue q"));
        Assert.That(TextOf(found, "text"), Is.EqualTo($"Dead letters of queue 'q' are lost: {reason}."));
    }

    [Test]
    public async Task Dead_letters_with_a_target_are_no_problem()
    {
        await Channel.ExchangeDeclareAsync("x", "topic", true);
        await DeclareAsync("q", new() { ["x-dead-letter-exchange"] = "x", ["x-dead-letter-routing-key"] = "a.b" });
        await DeclareAsync("other", new() { ["x-dead-letter-exchange"] = "x" });
        await DeclareAsync("dead");
        await Channel.QueueBindAsync("dead", "x", "a.*");

        Assert.That(await GetAsync(), Is.Empty);
    }

    [Test]
    public async Task Dead_letters_that_come_back_without_a_client()
    {
        await DeclareAsync("a", Retry("b"));
        await DeclareAsync("b", Retry("c"));
        await DeclareAsync("c", Retry("a"));

        var found = await FindAsync("dead_letter_loop", isWanted: problem => TextOf(problem, "name") == "a");

        Assert.That(
            TextOf(found, "text"),
            Is.EqualTo("Dead letters of queue 'a' come back to it: they expire in 'b', then in 'c', and the broker drops them at the end "
                + "of the loop."));
    }

    [Test]
    public async Task A_queue_that_is_its_own_dead_letter_target()
    {
        await DeclareAsync("q", new() { ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = "q" });

        Assert.That(TextOf(await FindAsync("dead_letter_loop"), "text"), Does.Contain("it is its own dead-letter target"));
    }

    [Test]
    public async Task Rejected_messages_that_wait_in_another_queue_and_return_are_no_loop()
    {
        await DeclareAsync("work", new() { ["x-dead-letter-exchange"] = "", ["x-dead-letter-routing-key"] = "wait" });
        await DeclareAsync("wait", Retry("work"));

        Assert.That(await GetAsync(), Is.Empty);
    }

    [Test]
    public async Task Of_many_queues_the_worst_are_listed_and_all_are_counted()
    {
        for (int i = 0; i < 130; i++)
            await DeclareAsync($"q{i}");
        await DeclareAsync("deep");
        await PublishAsync("deep", 3);
        for (int i = 0; i < 130; i++)
            await PublishAsync($"q{i}", 1);
        JsonElement[] all = [];

        await Eventually.Holds(
            async () => (all = [.. (await GetAsync()).Where(problem => TextOf(problem, "kind") == "queue_without_consumers")]).Length == 101
                && all[^1].GetProperty("count").GetInt32() == 31
                && all.All(problem => TextOf(problem, "severity") == "info"), // the messages no longer count as arriving
            () => string.Join('\n', all));

        Assert.That(TextOf(all[0], "name"), Is.EqualTo("deep"));
        Assert.That(TextOf(all[^1], "name"), Is.Null);
        Assert.That(TextOf(all[^1], "text"), Is.EqualTo("And 31 more queues with messages but no consumer."));
    }

    private static Dictionary<string, object?> Retry(string target) => new()
    {
        ["x-dead-letter-exchange"] = "",
        ["x-dead-letter-routing-key"] = target,
        ["x-message-ttl"] = 60_000,
    };
}
