using System.Text.Json;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Cli;

/// <summary>The options of commands have the right effects on the broker.</summary>
public sealed class CommandOptionTests : CliTests
{
    [TestCase("", true, false, "classic")]
    [TestCase("--transient", false, false, "classic")]
    [TestCase("--auto-delete", true, true, "classic")]
    [TestCase("--type quorum", true, false, "quorum")]
    public async Task A_queue_is_declared_as_it_is_asked_for(string options, bool isDurable, bool isAutoDelete, string type)
    {
        await HereAsync(["queues", "declare", "q", "-p", Host, .. Words(options)]);

        var queue = (await GetAsync($"/queues/{Host}/q")).Json;
        Assert.That(
            (
                queue.GetProperty("durable").GetBoolean(),
                queue.GetProperty("auto_delete").GetBoolean(),
                queue.GetProperty("type").GetString()),
            Is.EqualTo((isDurable, isAutoDelete, type)));
    }

    [TestCase("", "direct", true, false, false)]
    [TestCase("fanout --transient", "fanout", false, false, false)]
    [TestCase("topic --auto-delete", "topic", true, true, false)]
    [TestCase("--internal", "direct", true, false, true)]
    public async Task An_exchange_is_declared_as_it_is_asked_for(
        string options, string type, bool isDurable, bool isAutoDelete, bool isInternal)
    {
        await HereAsync(["exchanges", "declare", "x", .. Words(options), "-p", Host]);

        var exchange = (await GetAsync($"/exchanges/{Host}/x")).Json;
        Assert.That(
            (
                exchange.GetProperty("type").GetString(),
                exchange.GetProperty("durable").GetBoolean(),
                exchange.GetProperty("auto_delete").GetBoolean(),
                exchange.GetProperty("internal").GetBoolean()),
            Is.EqualTo((type, isDurable, isAutoDelete, isInternal)));
        Assert.That(
            (await HereAsync(["exchanges", "declare", "x", .. Words(options), "-p", Host])).Output,
            Is.EqualTo($"Exchange 'x' in virtual host '{Host}' already exists.\n"));
    }

    [Test]
    public async Task Of_the_bindings_between_two_ends_those_with_the_key_and_the_arguments_go()
    {
        RawChannel channel = await OpenChannelAsync(Host);
        await channel.DeclareQueueAsync("q");
        foreach (string key in new[] { "k", "l" })
            foreach (int n in new[] { 1, 2, 3 })
                await channel.BindQueueAsync("q", "amq.direct", key, Table("n", FieldValue.FromInt64(n)));
        await channel.BindExchangeAsync("amq.fanout", "amq.direct", "k");

        Assert.That(
            (await HereAsync("bindings", "delete", "amq.direct", "q", "k", "-p", Host, "-a", "n=2")).Output,
            Does.StartWith("Deleted the binding of queue 'q'"));
        Assert.That(await LeftAsync(), Is.EqualTo("k1 k3 l1 l2 l3"));
        Assert.That((await RunHereAsync("bindings", "delete", "amq.direct", "q", "k", "-p", Host, "-a", "n=2")).ExitCode, Is.EqualTo(67));
        Assert.That(
            (await HereAsync("bindings", "delete", "amq.direct", "q", "k", "-p", Host)).Output,
            Does.StartWith("Deleted 2 bindings of queue 'q'"));
        Assert.That(await LeftAsync(), Is.EqualTo("l1 l2 l3"));
        Assert.That((await GetAsync($"/bindings/{Host}/e/amq.direct/e/amq.fanout")).Json.GetArrayLength(), Is.EqualTo(1));

        async Task<string> LeftAsync() => string.Join(' ', (await GetAsync($"/bindings/{Host}/e/amq.direct/q/q")).Json.EnumerateArray()
            .Select(binding => $"{binding.GetProperty("routing_key").GetString()}{binding.GetProperty("arguments").GetProperty("n")}")
            .Order(StringComparer.Ordinal));
    }

    [Test]
    public async Task Messages_have_the_properties_and_go_to_the_exchange_that_are_given_as_often_as_it_is_said()
    {
        using var file = new Configuration.TemporaryFile("of a file");
        RawChannel channel = await OpenChannelAsync(Host);
        await channel.DeclareQueueAsync("q");
        await channel.BindQueueAsync("q", "amq.topic", "a.#");

        Assert.That(
            (await HereAsync(
                "publish", "a.b", "-p", Host, "-x", "amq.topic", "--file", file.Path, "--count", "2", "--property", "priority=3",
                "--property", "type=t", "--header", "h=1")).Output,
            Is.EqualTo("Published 2 messages.\n"));
        await HereAsync("publish", "q", "plain", "-p", Host, "--property", "delivery_mode=1");
        var looked = JsonDocument.Parse((await HereAsync("get", "q", "-p", Host, "--count", "9", "--json")).Output)
            .RootElement.EnumerateArray();

        Assert.That(
            looked.Select(message =>
                $"{message.GetProperty("payload")} {message.GetProperty("exchange")} "
                    + $"{message.GetProperty("routing_key")} {Compact(message.GetProperty("properties"))}"),
            Is.EqualTo(new[]
            {
                """of a file amq.topic a.b {"delivery_mode":2,"headers":{"h":1},"priority":3,"type":"t"}""",
                """of a file amq.topic a.b {"delivery_mode":2,"headers":{"h":1},"priority":3,"type":"t"}""",
                """plain  q {"delivery_mode":1}""",
            }));
        Assert.That(
            (await HereAsync("get", "q", "-p", Host, "--count", "2", "--ack", "--json")).Output,
            Does.Contain("\"redelivered\": true"),
            "the messages were requeued");
        Assert.That((await GetAsync($"/queues/{Host}/q")).Json.GetProperty("messages").GetInt32(), Is.EqualTo(1));

        static string Compact(JsonElement properties) => JsonSerializer.Serialize(
            properties.EnumerateObject()
                .OrderBy(property => property.Name, StringComparer.Ordinal)
                .ToDictionary(property => property.Name, property => property.Value));
    }

    [Test]
    public async Task Messages_that_reach_no_queue_are_counted()
    {
        CliRun run = await RunHereAsync("publish", "nowhere", "x", "-p", Host, "--count", "3");

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((67, "Published 3 messages.\n")));
        Assert.That(run.Error, Does.StartWith("amqpbroker: 3 messages reached no queue: "));
    }

    [Test]
    public async Task A_user_has_the_password_the_hash_or_none_and_the_tags_that_are_given()
    {
        string user = await NewUserAsync(""), hash = (await RunHereAsync("ctl", "-q", "hash_password", "hashed")).Output.Trim();

        await HereAsync("users", "declare", user, "--new-password", "plain", "--tags", "management");
        Assert.That((await GetAsync("/whoami", $"{user}:plain")).Body, Does.Contain("""["management"]"""));
        await HereAsync("users", "declare", user, "--password-hash", hash, "--tags", "monitoring");
        Assert.That((await GetAsync("/whoami", $"{user}:hashed")).Body, Does.Contain("""["monitoring"]"""));
        await HereAsync("users", "declare", user, "--no-password");
        Assert.That((await GetAsync($"/users/{user}")).Json.GetProperty("tags").GetArrayLength(), Is.Zero);
        Assert.That(
            ((await GetAsync("/whoami", $"{user}:hashed")).Code, (await GetAsync("/whoami", $"{user}:")).Code),
            Is.EqualTo((401, 401)));
    }

    [Test]
    public async Task A_virtual_host_is_described_and_described_anew_where_something_else_is_said()
    {
        string name = await NewVirtualHostAsync();

        Assert.That(
            (await HereAsync("vhosts", "declare", name, "--description", "d", "--tags", "a,b", "--default-queue-type", "quorum")).Output,
            Is.EqualTo($"Changed virtual host '{name}'.\n"));
        await HereAsync("vhosts", "declare", name, "--tags", "c");

        Assert.That(
            (await HereAsync("vhosts", "--filter", $"name={name}", "--columns", "description,tags,default_queue_type")).Lines[1],
            Does.Match("^d +c +quorum$"));
    }

    [Test]
    public async Task A_policy_is_a_JSON_object_as_well_and_for_all_unless_it_is_said()
    {
        await HereAsync("policies", "declare", "p", "^a", """{"max-length":5,"dead-letter-exchange":"x"}""", "-p", Host);

        var policy = (await GetAsync($"/policies/{Host}/p")).Json;
        Assert.That(
            (
                policy.GetProperty("definition").GetRawText(),
                policy.GetProperty("apply-to").GetString(),
                policy.GetProperty("priority").GetInt32()),
            Is.EqualTo(("""{"max-length":5,"dead-letter-exchange":"x"}""", "all", 0)));
    }

    [Test]
    public async Task Permissions_are_everything_unless_it_is_said_and_are_cleared_in_one_virtual_host()
    {
        string other = await NewVirtualHostAsync(), user = await NewUserAsync("");
        foreach (string host in new[] { Host, other })
            await HereAsync("permissions", "set", user, "-p", host, "--write", "^w");

        Assert.That(
            (await GetAsync($"/permissions/{Host}/{user}")).Body,
            Is.EqualTo($$"""{"user":"{{user}}","vhost":"{{Host}}","configure":".*","write":"^w","read":".*"}"""));
        await HereAsync("permissions", "clear", user, "-p", Host);
        Assert.That(
            ((await GetAsync($"/permissions/{Host}/{user}")).Code, (await GetAsync($"/permissions/{other}/{user}")).Code),
            Is.EqualTo((404, 200)));
    }

    [Test]
    public async Task A_connection_is_closed_by_its_name_and_the_others_stay()
    {
        RawChannel one = await OpenChannelAsync(Host);
        string name = (await GetAsync($"/vhosts/{Host}/connections")).Json[0].GetProperty("name").GetString()!;
        RawChannel other = await OpenChannelAsync(Host);
        Task closed = BeClosedAsync(one.Client);

        Assert.That((await HereAsync("close", name)).Output, Is.EqualTo($"Closed '{name}'.\n"));

        await closed;
        await other.ExpectQuietAsync();
        await Eventually.Holds(
            async () => !(await GetAsync($"/vhosts/{Host}/connections")).Column("name").Contains(name),
            () => "the connection is still there");
        CliRun gone = await RunHereAsync("close", name);
        Assert.That((gone.ExitCode, gone.Error), Is.EqualTo((67, $"amqpbroker: There is no connection '{name}'.\n")));

        static async Task BeClosedAsync(RawClient client)
        {
            await client.ExpectCloseAsync(ReplyCode.ConnectionForced, "CONNECTION_FORCED - Closed by an operator");
            await client.SendAsync(0, new ConnectionCloseOk());
        }
    }

    [Test]
    public async Task Definitions_of_one_virtual_host_or_of_all_are_exported()
    {
        string other = await NewVirtualHostAsync();
        foreach (string host in new[] { Host, other })
            await PutAsync($"/queues/{host}/of-{host}", new { durable = true });

        var one = JsonDocument.Parse((await HereAsync("definitions", "export", "-p", Host)).Output).RootElement;
        var all = JsonDocument.Parse((await HereAsync("definitions", "export")).Output).RootElement;

        Assert.That(
            one.GetProperty("queues").EnumerateArray().Select(queue => queue.GetProperty("name").GetString()),
            Is.EqualTo(new[] { $"of-{Host}" }));
        Assert.That(
            all.GetProperty("queues").EnumerateArray().Select(queue => queue.GetProperty("name").GetString()),
            Does.Contain($"of-{Host}").And.Contain($"of-{other}"));
    }

    private static string[] Words(string options) => options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
