using System.Text.Json;
using Amqp.Tests.Behaviour.Management;

namespace Amqp.Tests.Cli;

public sealed class PeekCommandTests : CliTests
{
    [Test]
    public async Task A_peek_prints_a_table_and_where_to_go_on()
    {
        await PutAsync($"/queues/{Host}/q", new { durable = true });
        for (int i = 0; i < 5; i++)
            await PublishAsync(i == 1 ? new string('x', 100) : $"payload {i}\n");

        CliRun run = await HereAsync("queues", "peek", "q", "-p", Host, "--offset", "1", "--count", "2");

        Assert.That(run.Lines, Has.Length.EqualTo(4), run.Output);
        Assert.That(run.Lines[0], Does.Match("^position +age +payload_bytes +redelivered +priority +exchange +routing_key +payload$"));
        Assert.That(run.Lines[1], Does.Match($"^ +1 +- +100 +false +0 +\"\" +q +{new string('x', 60)}…$"));
        Assert.That(run.Lines[2], Does.Match("^ +2 +- +10 +false +0 +\"\" +q +payload 2\uFFFD$"));
        Assert.That(run.Lines[3], Is.EqualTo("2 messages; 5 are ready in the queue. Continue with --offset 3."));
    }

    [Test]
    public async Task A_peek_prints_JSON_and_searches()
    {
        await PutAsync($"/queues/{Host}/q", new { durable = true });
        foreach (string payload in (string[])["one", "two & more", "three"])
            await PublishAsync(payload);

        CliRun json = await HereAsync("queues", "peek", "q", "-p", Host, "--max-bytes", "2", "--json");
        CliRun found = await HereAsync("queues", "peek", "q", "-p", Host, "--search", "two & m");
        CliRun none = await HereAsync("queues", "peek", "q", "-p", Host, "--search", "four");

        Assert.That(
            JsonDocument.Parse(json.Output).RootElement.GetProperty("messages").EnumerateArray()
                .Select(message => message.GetProperty("payload").GetString()),
            Is.EqualTo(new[] { "on", "tw", "th" }));
        Assert.That(found.Lines[^1], Is.EqualTo("1 message that contain 'two & m', among 3 messages; 3 are ready in the queue."));
        Assert.That(none.Lines, Is.EqualTo(new[] { "0 messages that contain 'four', among 3 messages; 3 are ready in the queue." }));
    }

    [Test]
    public async Task A_peek_at_unacknowledged_messages_names_consumer_and_channel()
    {
        await PutAsync($"/queues/{Host}/q", new { durable = true });
        await PublishAsync("payload");
        var channel = await OpenChannelAsync(Host);
        await channel.GetAsync("q", noAck: false);

        CliRun run = await HereAsync("queues", "peek", "q", "-p", Host, "--unacked");

        Assert.That(
            run.Lines[0],
            Does.Match("^channel +consumer_tag +delivery_tag +unacknowledged_for +payload_bytes +redelivered .* payload$"));
        Assert.That(run.Lines[1], Does.Match(@"^\S+ -> \S+ \(1\) +- +1 +\S+ +7 +false +0 +"""" +q +payload$"));
        Assert.That(run.Lines[2], Is.EqualTo("1 message; 1 are unacknowledged in the queue."));
    }

    [TestCase("queues peek q --count 0", 1, "--count: '0' will not do; expected a whole number from 1 to 1000")]
    [TestCase("queues peek q --offset x", 1, "--offset: 'x' will not do; expected a whole number from 0 to 2147483647")]
    [TestCase("queues peek q --unacked --search x", 1, "Give --search or --unacked, not both.")]
    [TestCase("queues peek none", 67, "amqpbroker: There is no queue 'none' in virtual host '/'")]
    public async Task A_peek_that_cannot_be_says_why(string command, int code, string message)
    {
        CliRun run = await RunHereAsync(command.Split(' '));

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((code, run.Error)));
        Assert.That(run.Error, Does.Contain(message));
    }

    [Test]
    public async Task Why_prints_the_state_and_each_finding_with_an_advice()
    {
        await PutAsync($"/queues/{Host}/q", new { durable = true });
        await PublishAsync("payload");

        CliRun run = await HereAsync("queues", "why", "q", "-p", Host);
        CliRun json = await HereAsync("queues", "why", "q", "-p", Host, "--json");
        CliRun none = await RunHereAsync("queues", "why", "none", "-p", Host);

        Assert.That(run.Lines, Is.EqualTo(new[]
        {
            $"Queue 'q' in virtual host '{Host}' is not delivering: 1 ready, 0 unacknowledged, 0 consumers.",
            "- no_consumers: The queue has no consumers.",
            "  Start a client that consumes the queue.",
        }));
        Assert.That(
            JsonDocument.Parse(json.Output).RootElement.GetProperty("findings")[0].GetProperty("kind").GetString(),
            Is.EqualTo("no_consumers"));
        Assert.That(none.ExitCode, Is.EqualTo(67));
    }

    [Test]
    public async Task Delayed_messages_are_listed_and_cancelled()
    {
        await PutAsync($"/exchanges/{Host}/x", new
        {
            type = "x-delayed-message",
            durable = true,
            arguments = new Dictionary<string, object> { ["x-delayed-type"] = "direct" },
        });
        foreach (int minutes in (int[])[3, 1, 2])
            await PostAsync($"/exchanges/{Host}/x/publish", new
            {
                properties = new { delivery_mode = 2, headers = new Dictionary<string, object> { ["x-delay"] = 60_000 * minutes } },
                routing_key = "k",
                payload = $"in {minutes}",
                payload_encoding = "string",
            });

        CliRun list = await HereAsync("delayed", "list", "x", "-p", Host, "--count", "2");
        string[] ids = [.. list.Lines[1..3].Select(line => line.Split(' ')[0])];
        CliRun cancelled = await HereAsync("delayed", "cancel", "x", ids[0], ids[1], "-p", Host);
        CliRun again = await RunHereAsync("delayed", "cancel", "x", ids[0], "-p", Host);
        CliRun json = await HereAsync("delayed", "list", "x", "-p", Host, "--json");

        Assert.That(list.Lines[0], Does.Match("^id +due +remaining +payload_bytes +routing_key +persistent +payload$"));
        Assert.That(list.Lines[1], Does.Match(@"^\d+-2 +\d{13} +\d+ +4 +k +true +in 1$"));
        Assert.That(list.Lines[2], Does.EndWith("in 2"));
        Assert.That(list.Lines[3], Is.EqualTo("2 of 3 delayed messages; times are in milliseconds. Continue with --offset 2."));
        Assert.That(cancelled.Lines[0], Is.EqualTo($"Cancelled message {ids[0]} of exchange 'x' in virtual host '{Host}'."));
        Assert.That((again.ExitCode, again.Error), Is.EqualTo((67, again.Error)));
        Assert.That(JsonDocument.Parse(json.Output).RootElement.GetProperty("messages_delayed").GetInt32(), Is.EqualTo(1));
    }

    private Task<ApiAnswer> PublishAsync(string payload) => PostAsync(
        $"/exchanges/{Host}/amq.default/publish", new { properties = new { }, routing_key = "q", payload, payload_encoding = "string" });
}
