using System.Diagnostics;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Cli;

/// <summary>The commands for all kinds of objects except queues, and the commands for shell completion and help.</summary>
public sealed class ResourceCommandTests : CliTests
{
    [Test]
    public async Task Exchanges_and_bindings_are_declared_listed_and_deleted()
    {
        await PutAsync($"/queues/{Host}/q", new { durable = true });
        Assert.That(
            (await DoAsync("exchanges", "declare", "x", "topic", "-p", Host, "-a", "alternate-exchange=ae")).Output,
            Is.EqualTo($"Declared exchange 'x' in virtual host '{Host}'.\n"));
        await DoAsync("bindings", "declare", "x", "q", "k.#", "-p", Host, "-a", "n=1");
        await DoAsync("bindings", "declare", "x", "x", "e", "--to-exchange", "-p", Host);

        Assert.That(
            (await DoAsync(
                "bindings", "-p", Host, "--filter", "source=x", "--columns",
                "destination_type,destination,routing_key,arguments")).Lines[1..],
            Is.EqualTo(new[]
            {
                "queue             q            k.#          {\"n\":1}",
                "exchange          x            e            -",
            }));
        Assert.That((await RunAsync("bindings", "delete", "x", "q", "other", "-p", Host)).ExitCode, Is.EqualTo(67));
        await DoAsync("bindings", "delete", "x", "q", "k.#", "-p", Host);
        CliRun used = await RunAsync("exchanges", "delete", "x", "--if-unused", "-p", Host);
        Assert.That(used.ExitCode, Is.EqualTo(65));
        await DoAsync("exchanges", "delete", "x", "-p", Host);
        Assert.That((await DoAsync("exchanges", "-p", Host, "--columns", "name")).Lines, Does.Not.Contain("x"));
    }

    [Test]
    public async Task The_way_of_a_message_is_explained()
    {
        await PutAsync($"/queues/{Host}/q", new { durable = true });
        await DoAsync("exchanges", "declare", "x", "headers", "-p", Host, "-a", "alternate-exchange=amq.fanout");
        await DoAsync("bindings", "declare", "x", "q", "k", "-p", Host, "-a", "format=pdf");

        Assert.That(
            (await DoAsync("route", "explain", "x", "k", "--header", "format=zip", "-p", Host)).Lines,
            Is.EqualTo(new[]
            {
                "",
                "# exchange 'x' (headers)",
                "matches  destination  to     routing_key  arguments         reason",
                """no       q            queue  k            {"format":"pdf"}  header format is zip instead of pdf""",
                "Exchange 'x' (headers): No binding matches, so the message goes to the alternate exchange 'amq.fanout'.",
                "Exchange 'amq.fanout' (fanout): No binding matches, and the exchange has no alternate exchange.",
                "",
                "The message reaches no queue.",
            }));
        CliRun json = await DoAsync("route", "explain", "x", "k", "--header", "format=pdf", "-p", Host, "--json");
        Assert.That(JsonDocument.Parse(json.Output).RootElement.GetProperty("queues")[0].GetString(), Is.EqualTo("q"));
        Assert.That((await RunAsync("route", "explain", "none", "k", "-p", Host)).ExitCode, Is.EqualTo(67));
        Assert.That((await RunAsync("route", "explain", "x", "k", "--header", "format", "-p", Host)).ExitCode, Is.EqualTo(1));
    }

    [Test]
    public async Task Users_and_permissions_are_declared_listed_and_deleted()
    {
        string user = NewName("u");
        CliRun added = await PipeAsync("geheim\n", "users", "declare", user, "--new-password", "-", "--tags", "management,monitoring");
        Assert.That(
            (added.ExitCode, added.Output),
            Is.EqualTo((0, $"Added user '{user}'. Grant access to a virtual host with: amqpbroker permissions set {user}\n")));
        await DoAsync("permissions", "set", user, "-p", Host, "--configure", "^a", "--read", "");
        Assert.That(
            (await GetAsync($"/permissions/{Host}/{user}")).Body,
            Is.EqualTo($$"""{"user":"{{user}}","vhost":"{{Host}}","configure":"^a","write":".*","read":""}"""));
        Assert.That(
            (await DoAsync("permissions", "-p", Host, "--filter", $"user={user}", "--columns", "configure,write,read")).Lines[1],
            Does.Match("^\\^a +\\.\\* +\"\"$"));
        await DoAsync("users", "password", user, "--new-password", "other");
        Assert.That((await GetAsync("/whoami", $"{user}:other")).Body, Does.Contain("\"tags\":[\"management\",\"monitoring\"]"));
        await DoAsync("permissions", "clear", user, "-p", Host);
        await DoAsync("users", "delete", user);
        Assert.That((await RunAsync("users", "show", user)).ExitCode, Is.EqualTo(67));
    }

    [Test]
    public async Task Virtual_hosts_and_policies_are_declared_listed_and_deleted()
    {
        string name = NewName("v");
        await DoAsync("vhosts", "declare", name, "--description", "for a test");
        Assert.That(
            (await DoAsync("vhosts", "--filter", name, "--columns", "description")).Lines,
            Is.EqualTo(new[] { "description", "for a test" }));
        await DoAsync(
            "policies", "declare", "p", "^a", "max-length=5", "overflow=reject-publish", "-p", name, "--priority", "2", "--apply-to",
            "queues");
        Assert.That(
            (await GetAsync($"/policies/{name}/p")).Json.GetProperty("definition").GetRawText(),
            Is.EqualTo("""{"max-length":5,"overflow":"reject-publish"}"""));
        CliRun bad = await RunAsync("policies", "declare", "p", "^a", "nosuch=1", "-p", name);
        Assert.That(bad.ExitCode, Is.EqualTo(65));
        await DoAsync("policies", "delete", "p", "-p", name);
        await DoAsync("vhosts", "delete", name);
    }

    [Test]
    public async Task A_connection_is_closed_with_the_reason()
    {
        RawChannel channel = await OpenChannelAsync(Host);

        Assert.That((await DoAsync("close", "--all", "-p", Host, "--reason", "because")).Output, Does.StartWith("Closed '"));
        Assert.That((await channel.Client.ExpectAsync<ConnectionClose>(0)).ReplyText, Is.EqualTo("CONNECTION_FORCED - because"));
    }

    [Test]
    public async Task Definitions_are_exported_and_imported()
    {
        await PutAsync($"/queues/{Host}/q", new { durable = true });
        string file = Path.Combine(Path.GetTempPath(), $"{NewName("definitions")}.json");
        try
        {
            Assert.That((await DoAsync("definitions", "export", file, "-p", Host)).Output, Does.Contain("1 queues"));
            if (!OperatingSystem.IsWindows())
                Assert.That(
                    File.GetUnixFileMode(file),
                    Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite),
                    "the file has password hashes");
            await DeleteAsync($"/queues/{Host}/q");
            CliRun imported = await DoAsync("definitions", "import", file, "-p", Host);
            Assert.That(imported.Output, Does.StartWith("Imported 1 queues").And.Not.Contain("left out"));
            Assert.That((await GetAsync($"/queues/{Host}/q")).Code, Is.EqualTo(200));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public async Task Definitions_that_are_not_JSON_are_refused()
    {
        CliRun run = await PipeAsync("{\n x", "definitions", "import", "-");

        Assert.That(run.ExitCode, Is.EqualTo(65));
        Assert.That(run.Error, Does.StartWith("amqpbroker: -:2: not JSON: "));
    }

    [Test]
    public async Task Status_and_health_say_how_the_broker_is()
    {
        Assert.That((await DoAsync("status")).Output, Does.Match("(?m)^broker +AmqpBroker ").And.Match("(?m)^listeners +amqp 127.0.0.1:"));
        Assert.That(
            JsonDocument.Parse((await DoAsync("status", "--json")).Output)
                .RootElement.GetProperty("node")
                .GetProperty("running")
                .GetBoolean(),
            Is.True);
        Assert.That((await DoAsync("health")).Lines, Has.Length.EqualTo(4).And.All.EndsWith("ok"));
    }

    [TestCase("queues declare", "Required argument 'queue' missing")]
    [TestCase("queues nosuch", "nosuch")]
    [TestCase("close", "Name a connection")]
    [TestCase("queues declare q -a nonsense", "--argument: 'nonsense' will not do; expected name=value")]
    [TestCase("watch --interval 0", "--interval: '0' will not do; expected seconds from 0.1 to 86400")]
    [TestCase("get q --count 0", "--count: '0' will not do; expected a whole number from 1 to 1000000")]
    [TestCase("queues --timeout soon", "--timeout: 'soon' will not do; expected seconds, or 0 for no limit")]
    [TestCase("completion tcsh", "tcsh")]
    public async Task Bad_input_is_refused_with_what_was_expected(string command, string expected)
    {
        CliRun run = await RunAsync(command.Split(' '));

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain(expected));
    }

    [TestCase("queues --filter name~(", "amqpbroker: --filter: '(' is not a regular expression")]
    [TestCase(
        "queues --url ftp://x", "amqpbroker: 'ftp://x' is not the URL of an HTTP API; expected http://host:port or https://host:port.")]
    public async Task Values_that_cannot_be_are_refused(string command, string expected)
    {
        CliRun run = await RunAsync(command.Split(' '));

        Assert.That(run.ExitCode, Is.EqualTo(64));
        Assert.That(run.Error, Does.StartWith(expected));
    }

    [TestCase(
        "queues --help", "list", "show", "declare", "delete", "purge", "--columns", "--sort", "--filter", "--json", "--url", "--user",
        "--profile")]
    [TestCase(
        "--help", "status", "queues", "exchanges", "bindings", "connections", "channels", "consumers", "users", "permissions", "vhosts",
        "policies", "definitions", "publish", "get", "purge", "close", "health", "watch", "ctl", "completion")]
    public async Task Help_names_commands_and_options(string command, params string[] words)
    {
        CliRun run = await DoAsync(command.Split(' '));

        Assert.That(words.Where(word => !run.Output.Contains(word, StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task Completion_offers_commands_options_and_names()
    {
        await PutAsync($"/queues/{Host}/orders", new { durable = true });

        Assert.That((await SuggestAsync("amqpbroker que")).Lines, Does.Contain("queues"));
        Assert.That((await SuggestAsync("amqpbroker queues list --col")).Lines, Does.Contain("--columns"));
        Assert.That((await SuggestAsync($"amqpbroker queues delete --vhost {Host} ")).Lines, Does.Contain("orders"));
        Assert.That((await SuggestAsync("amqpbroker ctl list_q")).Lines, Does.Contain("list_queues"));
    }

    [Test]
    public async Task Completion_for_bash_completes_in_bash()
    {
        string script = $$"""
            amqpbroker() { {{BrokerProgram.Shell}} "$@"; }
            source <(amqpbroker completion bash)
            COMP_LINE="amqpbroker exch"; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(amqpbroker exch); COMP_CWORD=1
            _amqpbroker
            echo "${COMPREPLY[@]}"
            """;
        using Process bash = Process.Start(
            new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = bash.StandardError.ReadToEndAsync();
        Assert.That((await bash.StandardOutput.ReadToEndAsync()).TrimEnd(), Is.EqualTo("exchanges"), await error);
    }

    private static Task<CliRun> SuggestAsync(string line) => RunAsync($"[suggest:{line.Length}]", line);
}
