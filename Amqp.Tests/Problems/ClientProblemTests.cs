using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Problems;

/// <summary>The problems of consumers, publishers and messages are found.</summary>
public sealed class ClientProblemTests : ProblemTests
{
    protected override IEnumerable<string> Settings => ["problems.unacknowledged_after = 2500"];

    [Test]
    public async Task A_consumer_that_has_acknowledged_nothing_since_its_last_acknowledgement()
    {
        await DeclareAsync("q");
        await PublishAsync("q", 3);
        var consumer = await ConsumeAsync("q", "c", 3);

        var found = await FindAsync("consumer_acknowledges_nothing");

        Assert.That(Head(found), Is.EqualTo("warning / consumer c"));
        Assert.That(
            TextOf(found, "text"),
            Does.Match(@"^Consumer 'c' of queue 'q' holds 3 messages and has acknowledged none for \d s\. It is on channel "
                + @"127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+ \(1\) of user 'guest'\.$"));
        Assert.That(TextOf(found, "queue"), Is.EqualTo("q"));
        Assert.That(TextOf(found, "channel"), Is.EqualTo($"{TextOf(found, "connection")} (1)"));
        Assert.That(
            DateTimeOffset.FromUnixTimeMilliseconds(found.GetProperty("since").GetInt64()),
            Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromSeconds(20)));

        await consumer.BasicAckAsync(1, false);

        var later = await FindAsync(
            "consumer_acknowledges_nothing", isWanted: problem => TextOf(problem, "text")!.Contains("holds 2 messages"));
        Assert.That(later.GetProperty("since").GetInt64(), Is.GreaterThan(found.GetProperty("since").GetInt64() + 2_000));
    }

    [Test]
    public async Task A_consumer_without_messages_need_acknowledge_nothing()
    {
        await DeclareAsync("q");
        await PublishAsync("q", 1);
        var consumer = await ConsumeAsync("q", "idle", 3);
        await DeclareAsync("other");
        await PublishAsync("other", 1);
        await ConsumeAsync("other", "holding", 3);
        await Eventually.Holds(() => Broker.Queue("q").Counts.Unacknowledged == 1, () => "nothing was delivered");
        await consumer.BasicAckAsync(1, false);

        await FindAsync("consumer_acknowledges_nothing", isWanted: problem => TextOf(problem, "name") == "holding");

        Assert.That((await GetAsync()).Select(problem => TextOf(problem, "name")), Does.Not.Contain("idle"));
    }

    [TestCase("memory_alarm", @"The broker uses [\d.]+ [KMG]iB of memory, [\d]+ % of the limit of 1 bytes\.")]
    [TestCase("disk_alarm", @"[\d.]+ [GT]iB of disk space are free, below the limit of 8 EiB\.")]
    public async Task An_alarm_and_whom_it_blocks(string kind, string text)
    {
        await DeclareAsync("q");
        var publisher = await Broker.ChannelAsync();
        await FindNoneAsync();
        if (kind == "memory_alarm")
            Broker.Broker.Broker.Alarms.SetMemoryLimit(1);
        else
            Broker.Broker.Broker.Alarms.SetDiskLimit(long.MaxValue);
        var publishing = publisher.BasicPublishAsync("", "q", new byte[1]);

        var found = await FindAsync(
            kind, isWanted: problem => TextOf(problem, "text")!.StartsWith("1 publisher is blocked.", StringComparison.Ordinal));

        Assert.That(TextOf(found, "severity"), Is.EqualTo("critical"));
        Assert.That(TextOf(found, "object"), Is.EqualTo("node"));
        Assert.That(TextOf(found, "text"), Does.Match($"^1 publisher is blocked\\. {text}$"));
        Assert.That(
            DateTimeOffset.FromUnixTimeMilliseconds(found.GetProperty("since").GetInt64()),
            Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromSeconds(40)));
        var blocked = await FindAsync("connections_blocked");
        Assert.That(Head(blocked), Is.EqualTo("info / vhost /"));
        Assert.That(TextOf(blocked, "text"), Does.StartWith("1 connection in virtual host '/' is blocked, because the broker is low on "));

        Broker.Broker.Broker.Alarms.SetMemoryLimit(long.MaxValue);
        Broker.Broker.Broker.Alarms.SetDiskLimit(1);
        await publishing;
        await LoseAsync(kind);
    }

    [TestCase(false, "messages_unroutable", @"messages/s published in virtual host '/' reach no queue and are dropped: \d+ in the last")]
    [TestCase(true, "messages_returned", @"^\d+ messages published in virtual host '/' reached no queue in the last minute, and were")]
    public async Task Messages_that_reach_no_queue(bool isMandatory, string kind, string text)
    {
        await using var connection = await Broker.Broker.Factory().CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();

        var found = await FindAsync(kind, async () => await channel.BasicPublishAsync("amq.direct", "none", isMandatory, new byte[1]));

        Assert.That(Head(found), Is.EqualTo(isMandatory ? "info / vhost /" : "warning / vhost /"));
        Assert.That(TextOf(found, "text"), Does.Match(text));
    }

    private async Task FindNoneAsync() => Assert.That(await GetAsync(), Is.Empty);
}
