using System.Text.Json;

namespace Amqp.Tests.Cli;

public sealed class QueueCommandTests : CliTests
{
    [Test]
    public async Task A_queue_is_declared_listed_shown_and_deleted()
    {
        CliRun declared = await DoAsync(
            "queues", "declare", "a b/c", "--vhost", Host, "-a", "x-max-length=5", "-a", "x-overflow=reject-publish");
        Assert.That(declared.Output, Is.EqualTo($"Declared queue 'a b/c' in virtual host '{Host}'.\n"));
        Assert.That(
            (await DoAsync("queues", "declare", "a b/c", "-p", Host, "-a", "x-max-length=5", "-a", "x-overflow=reject-publish")).Output,
            Does.Contain("already exists"));
        Assert.That(
            (await GetAsync($"/queues/{Host}/a%20b%2Fc")).Json.GetProperty("arguments").GetRawText(),
            Is.EqualTo("""{"x-max-length":5,"x-overflow":"reject-publish"}"""));

        Assert.That((await DoAsync("queues", "--vhost", Host)).Lines[1], Does.Match(@$"^{Host} +a b/c +classic +0 +0 +0 +0 +running +-$"));
        Assert.That((await DoAsync("queues", "show", "a b/c", "-p", Host)).Output, Does.Match("(?m)^arguments.x-max-length +5$"));

        Assert.That(
            (await DoAsync("queues", "delete", "a b/c", "-p", Host)).Output,
            Is.EqualTo($"Deleted queue 'a b/c' in virtual host '{Host}'.\n"));
        Assert.That((await GetAsync($"/queues/{Host}")).Body, Is.EqualTo("[]"));
    }

    [Test]
    public async Task A_list_has_the_columns_order_and_filter_that_are_asked_for()
    {
        foreach (var (name, messages) in new[] { ("one", 1), ("two", 2), ("none", 0) })
        {
            await PutAsync($"/queues/{Host}/{name}", new { durable = true });
            for (int i = 0; i < messages; i++)
                await PublishAsync(name);
        }

        CliRun run = await DoAsync(
            "queues", "list", "-p", Host, "--columns", "name,messages", "--sort", "messages", "--reverse", "--filter", "messages>0");

        Assert.That(run.Lines, Is.EqualTo(new[] { "name  messages", "two          2", "one          1" }));
    }

    [Test]
    public async Task A_list_is_JSON_with_the_columns_only()
    {
        await PutAsync($"/queues/{Host}/q", new { durable = true });

        CliRun run = await DoAsync("queues", "list", "-p", Host, "--json", "--columns", "name,durable");

        Assert.That(JsonSerializer.Serialize(JsonDocument.Parse(run.Output).RootElement), Is.EqualTo("""[{"name":"q","durable":true}]"""));
    }

    [Test]
    public async Task A_column_that_is_not_there_is_named_with_the_one_that_may_be_meant()
    {
        await PutAsync($"/queues/{Host}/q", new { durable = true });

        CliRun run = await RunAsync("queues", "list", "-p", Host, "--columns", "mesages");

        Assert.That(
            (run.ExitCode, run.Output, run.Error),
            Is.EqualTo((64, "", "amqpbroker: No queue has a field 'mesages'; did you mean 'messages'?\n")));
    }

    [TestCase(
        "queues list --filter messages>abc",
        "--filter: 'abc' is not a number, and > compares only numbers. Compare texts with =, != and ~.")]
    [TestCase("definitions import /nosuch", "Cannot read /nosuch: Could not find file '/nosuch'.")]
    public async Task A_value_that_cannot_be_ends_with_EX_USAGE(string command, string message)
    {
        CliRun run = await RunAsync(command.Split(' '));

        Assert.That((run.ExitCode, run.Output, run.Error), Is.EqualTo((64, "", $"amqpbroker: {message}\n")));
    }

    [Test]
    public async Task An_empty_name_is_no_name()
    {
        CliRun run = await RunAsync("queues", "declare", "", "-p", Host);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((64, "amqpbroker: A name is empty.\n")));
    }

    [TestCase("/h")]
    [TestCase("/?")]
    public async Task A_slash_begins_no_option(string name)
    {
        CliRun run = await RunAsync("queues", "show", name, "-p", Host);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((67, $"amqpbroker: There is no queue '{name}' in virtual host '{Host}'.\n")));
    }

    [Test]
    public async Task A_queue_that_is_not_there_is_said_so()
    {
        foreach (string[] command in new string[][]
        {
            ["queues", "show", "missing"],
            ["queues", "delete", "missing"],
            ["purge", "missing"],
            ["get", "missing"]
        })
        {
            CliRun run = await RunAsync([.. command, "-p", Host]);
            Assert.That(
                (run.ExitCode, run.Output, run.Error),
                Is.EqualTo((67, "", $"amqpbroker: There is no queue 'missing' in virtual host '{Host}'.\n")),
                command[0]);
        }
    }

    [Test]
    public async Task A_queue_that_is_there_with_other_arguments_is_refused_in_the_brokers_words()
    {
        await PutAsync($"/queues/{Host}/q", new { durable = true });

        CliRun run = await RunAsync("queues", "declare", "q", "-p", Host, "--transient");

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((65, "")));
        Assert.That(run.Error, Does.StartWith("amqpbroker: The broker refuses: inequivalent arg 'durable' for queue 'q'"));
    }

    [Test]
    public async Task Messages_are_published_looked_at_taken_and_purged()
    {
        await PutAsync($"/queues/{Host}/q", new { durable = true });
        Assert.That(
            (await DoAsync("publish", "q", "hallo", "-p", Host, "--header", "n=1", "--property", "content_type=text/plain")).Output,
            Is.EqualTo("Published 1 message.\n"));
        Assert.That((await PipeAsync("two\nthree\n", "publish", "q", "-p", Host, "--lines")).Output, Is.EqualTo("Published 2 messages.\n"));

        CliRun look = await DoAsync("get", "q", "-p", Host);
        Assert.That(
            look.Output,
            Does.Match("(?m)^remaining +2$").And.Match("(?m)^hallo$").And.Contain("""{"n":1}""").And.Contain("text/plain"));
        CliRun taken = await DoAsync("get", "q", "-p", Host, "--ack", "--json", "--count", "2");
        Assert.That(
            JsonDocument.Parse(taken.Output).RootElement.EnumerateArray().Select(message => message.GetProperty("payload").GetString()),
            Is.EqualTo(new[] { "hallo", "two" }));
        Assert.That((await DoAsync("purge", "q", "-p", Host)).Output, Does.EndWith("; 1 message was ready in it.\n"));
        Assert.That((await RunAsync("get", "q", "-p", Host)).Error, Is.EqualTo("No messages are ready in queue 'q'.\n"));
    }

    [TestCase("", 0)]
    [TestCase("\n", 1)]
    [TestCase("one", 1)]
    [TestCase("one\n\nthree\n\n", 4)]
    public async Task Each_line_is_a_message_and_nothing_is_none(string input, int messages)
    {
        await PutAsync($"/queues/{Host}/q", new { durable = true });

        CliRun run = await PipeAsync(input, "publish", "q", "-p", Host, "--lines");

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, $"Published {messages} message{(messages == 1 ? "" : "s")}.\n")));
    }

    [Test]
    public async Task A_message_that_reaches_no_queue_is_said_so()
    {
        CliRun run = await RunAsync("publish", "nowhere", "x", "-p", Host);

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((67, "Published 1 message.\n")));
        Assert.That(run.Error, Does.Contain("no binding of exchange '' matches 'nowhere'"));
    }

    [Test]
    public async Task Watch_prints_rates_and_ends_after_its_count()
    {
        await PutAsync($"/queues/{Host}/q", new { durable = true });

        CliRun run = await DoAsync("watch", "-p", Host, "--interval", "0.1", "--count", "2");

        Assert.That(run.Lines.Count(line => line.StartsWith(Host, StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(
            run.Lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Is.EqualTo(new[] { "vhost", "name", "ready", "unacked", "consumers", "in/s", "out/s", "ack/s" }));
    }

    private async Task PublishAsync(string queue) =>
        await PostAsync(
            $"/exchanges/{Host}/amq.default/publish",
            new { properties = new { }, routing_key = queue, payload = "x", payload_encoding = "string" });
}
