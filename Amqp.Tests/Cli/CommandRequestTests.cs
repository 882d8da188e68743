using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Amqp.Tests.Cli;

/// <summary>Commands send the right requests to the HTTP API, and handle its responses correctly.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class CommandRequestTests : IDisposable
{
    private readonly AnsweringApi _api = new();

    public void Dispose() => _api.Dispose();

    [TestCase("exchanges show '' -p v", "GET exchanges/v/amq.default")]
    [TestCase("exchanges delete x -p v", "DELETE exchanges/v/x")]
    [TestCase("exchanges delete x -p v --if-unused", "DELETE exchanges/v/x?if-unused=true")]
    [TestCase("queues delete q", "DELETE queues/%2F/q?if-unused=false&if-empty=false")]
    [TestCase("queues restart q -p v", "PUT queues/v/q/restart {}")]
    [TestCase("queues show .. -p v", "GET queues/v/..")]
    [TestCase("queues show a%2Fb -p v/w", "GET queues/v%2Fw/a%252Fb")]
    [TestCase(
        "queues declare q -p v -a s=text -a n=1 -a t=true -a l=[1] -a e= -a b=c=d",
        """PUT queues/v/q {"durable":true,"auto_delete":false,"arguments":{"s":"text","n":1,"t":true,"l":[1],"e":"","b":"c=d"}}""")]
    [TestCase("channels show c", "GET channels/c")]
    [TestCase("connections show c", "GET connections/c")]
    [TestCase("users show a/b", "GET users/a%2Fb")]
    [TestCase("users declare u --no-password", """PUT users/u {"tags":"","password_hash":""}""")]
    [TestCase("users declare u --password-hash h --tags a,b", """PUT users/u {"tags":"a,b","password_hash":"h"}""")]
    [TestCase("vhosts show v", "GET vhosts/v")]
    [TestCase("vhosts declare v", "PUT vhosts/v {}")]
    [TestCase("vhosts declare v --description ''", """PUT vhosts/v {"description":""}""")]
    [TestCase("policies show p -p v", "GET policies/v/p")]
    [TestCase("policies show p -p v --operator", "GET operator-policies/v/p")]
    [TestCase(
        "policies declare p a max-length=1 -p v --priority -1 --apply-to exchanges",
        """PUT policies/v/p {"pattern":"a","definition":{"max-length":1},"priority":-1,"apply-to":"exchanges"}""")]
    [TestCase("permissions --topic", "GET topic-permissions")]
    [TestCase(
        "permissions set u -p v --configure '' --write w --read r", """PUT permissions/v/u {"write":"w","read":"r","configure":""}""")]
    [TestCase("permissions set u -p v --topic x", """PUT topic-permissions/v/u {"write":".*","read":".*","exchange":"x"}""")]
    [TestCase("permissions clear u -p v --topic a/b", "DELETE topic-permissions/v/u/a%2Fb")]
    [TestCase("bindings declare '' q k -p v", """POST bindings/v/e/amq.default/q/q {"routing_key":"k","arguments":{}}""")]
    [TestCase("bindings declare x y -p v --to-exchange", """POST bindings/v/e/x/e/y {"routing_key":"","arguments":{}}""")]
    public async Task A_command_asks_for_what_it_is_told(string command, string request)
    {
        CliRun run = await _api.With(request.Split(' ')[1], "{}").RunAsync(Words(command));

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        Assert.That(_api.Asked, Is.EqualTo(new[] { request }));
    }

    [TestCase("close", "Name a connection")]
    [TestCase("close c --all", "Name a connection")]
    [TestCase("close c --of-user u", "Name a connection")]
    [TestCase("close --of-user u --all", "Name a connection")]
    [TestCase("queues quarantine drop q m --all", "Give a message or --all.")]
    [TestCase("publish q m --file f", "Give a payload or --file, not both.")]
    [TestCase("publish q m --property prio=1", "--property: no message has a property 'prio'; there are content_type, ")]
    [TestCase("publish q m --header =1", "--header: '=1' will not do; expected name=value")]
    [TestCase("policies declare p a max-length", "definition: 'max-length' will not do; expected key=value, or a JSON object in quotes")]
    [TestCase("watch --interval 0.09", "--interval: '0.09' will not do")]
    [TestCase("watch --interval 86401", "--interval: '86401' will not do")]
    public async Task What_cannot_be_meant_is_said_before_anything_is_asked(string command, string problem)
    {
        CliRun run = await _api.RunAsync(Words(command));

        Assert.That((run.ExitCode, _api.Asked.Count), Is.EqualTo((1, 0)));
        Assert.That(run.Error, Does.StartWith($"amqpbroker: {problem}"));
    }

    [TestCase(404, 0, "Closed 2 connections.\n", 3)]
    [TestCase(403, 77, "", 2)]
    public async Task Of_many_connections_one_that_is_gone_is_as_good_as_closed_and_a_refusal_is_none(
        int status, int exitCode, string output, int asked)
    {
        _api.With("connections", """[{"name":"a"},{"name":"b"}]""")
            .With("connections/a", """{"reason":"so it is"}""", status)
            .With("connections/b", "", 204);

        CliRun run = await _api.RunAsync("close", "--all");

        Assert.That((run.ExitCode, run.Output, _api.Asked.Count), Is.EqualTo((exitCode, output, asked)));
        Assert.That(_api.Headers[1]["X-Reason"], Is.EqualTo("Closed by an operator"));
    }

    [TestCase(
        "queues quarantine return q --all", "POST queues/%2F/q/quarantine/return {}", """{"returned":1,"refused":0}""", 0,
        "Returned 1 message of queue 'q' in virtual host '/'.\n")]
    [TestCase(
        "queues quarantine return q --all", "POST queues/%2F/q/quarantine/return {}", """{"returned":2,"refused":1}""", 65,
        "amqpbroker: Returned 2 messages of queue 'q' in virtual host '/'; 1 cannot be returned. To see why, name a single message.\n")]
    [TestCase(
        "exchanges quarantine drop x --all", "DELETE exchanges/%2F/x/quarantine", """{"dropped":0,"refused":3}""", 65,
        "amqpbroker: Dropped 0 messages of exchange 'x' in virtual host '/'; 3 cannot be dropped. To see why, name a single message.\n")]
    [TestCase(
        "exchanges quarantine return '' 1-2", "POST exchanges/%2F/amq.default/quarantine/1-2/return {}", "", 0,
        "Returned message 1-2 in the quarantine of exchange '' in virtual host '/'.\n")]
    public async Task Messages_that_cannot_be_let_go_are_counted_and_end_with_65(
        string command, string request, string answer, int exitCode, string said)
    {
        CliRun run = await _api.With(request.Split(' ')[1], answer).RunAsync(Words(command));

        Assert.That((run.ExitCode, run.Output + run.Error), Is.EqualTo((exitCode, said)));
        Assert.That(_api.Asked, Is.EqualTo(new[] { request }));
    }

    [TestCase("""{"payload":"aGk=","stored":"bm8="}""", "m", 0, "Exported message m to FILE.\n", "hi")]
    [TestCase("""{"stored":"aGk=","unreadable":"why"}""", "m", 0, "Exported the stored octets of message m to FILE: why.\n", "hi")]
    [TestCase("""{"unreadable":"why"}""", "m", 65, "amqpbroker: Message m cannot be exported: why.\n", null)]
    public async Task Of_a_quarantined_message_what_can_be_had_is_exported(
        string answer, string message, int exitCode, string said, string? content)
    {
        using var folder = new Configuration.TemporaryFolder();
        string file = Path.Combine(folder.Path, "exported");

        CliRun run = await _api.With("queues/%2F/q/quarantine/m", answer)
            .RunAsync("queues", "quarantine", "export", "q", message, "--file", file);

        Assert.That((run.ExitCode, run.Output + run.Error), Is.EqualTo((exitCode, said.Replace("FILE", file, StringComparison.Ordinal))));
        Assert.That(File.Exists(file) ? await File.ReadAllTextAsync(file) : null, Is.EqualTo(content));
    }

    [Test]
    public async Task An_import_asks_for_a_report_and_prints_what_was_left_out()
    {
        using var file = new Configuration.TemporaryFile(
            "\uFEFF" + """{"rabbit_version":"3","users":[],"queues":[1,2],"topic_permissions":[3]}""");
        _api.With("definitions/v", """{"imported":1,"left_out":["queue 'a': no","queue 'b': no"]}""");

        CliRun run = await _api.RunAsync("definitions", "import", file.Path, "-p", "v");

        Assert.That(
            (run.ExitCode, run.Output),
            Is.EqualTo((0, "Imported 1 topic permissions, 2 queues, except 2 left out:\n  queue 'a': no\n  queue 'b': no\n")),
            run.Error);
        Assert.That(
            _api.Asked,
            Is.EqualTo(new[] { """POST definitions/v {"rabbit_version":"3","users":[],"queues":[1,2],"topic_permissions":[3]}""" }));
        Assert.That(_api.Headers[0]["Prefer"], Is.EqualTo("return=representation"));
    }

    [TestCase("[]", 65, "FILE does not hold definitions: expected a JSON object")]
    [TestCase("", 65, "FILE:1: not JSON: ")]
    [TestCase("{}", 65, "The broker refuses: so it is")]
    public async Task Definitions_that_are_none_end_with_65(string content, int exitCode, string error)
    {
        using var file = new Configuration.TemporaryFile(content);

        CliRun run = await _api.With("definitions", """{"reason":"so it is"}""", 400).RunAsync("definitions", "import", file.Path);

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((exitCode, "")));
        Assert.That(run.Error, Does.StartWith($"amqpbroker: {error.Replace("FILE", file.Path, StringComparison.Ordinal)}"));
    }

    [TestCase("definitions import /", "Cannot read /: ")]
    [TestCase("definitions export /nosuch/file", "Cannot write /nosuch/file: ")]
    [TestCase("queues quarantine export q m --file /nosuch/file", "Cannot write /nosuch/file: ")]
    [TestCase("publish q --file /nosuch/file", "Cannot read /nosuch/file: ")]
    [TestCase("policies declare p a {bad", "The definition is not JSON: ")]
    [TestCase("users declare u", "There is no password for 'u'. Give it with --new-password")]
    public async Task What_cannot_be_read_or_written_ends_with_64(string command, string error)
    {
        CliRun run = await _api.With("definitions", "{}").With("queues/%2F/q/quarantine/m", """{"payload":""}""").RunAsync(Words(command));

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((64, "")));
        Assert.That(run.Error, Does.StartWith($"amqpbroker: {error}"));
    }

    [Test]
    public async Task A_message_is_shown_with_each_value_in_its_line()
    {
        _api.With("queues/%2F/q/get", """
            [{"payload_bytes":3,"redelivered":true,"exchange":"","routing_key":"k","message_count":4,"properties":[],"payload":"AQID","payload_encoding":"base64"},
             {"payload_bytes":2,"redelivered":false,"exchange":"x","routing_key":"l","message_count":5,"properties":{"type":"t"},"payload":"hi","payload_encoding":"string"}]
            """);

        CliRun run = await _api.RunAsync("get", "q", "--count", "6");

        Assert.That(run.Output, Is.EqualTo("""
            exchange     ""
            routing_key  k
            redelivered  true
            remaining    4
            properties   -
            bytes        3, in base64

            AQID

            exchange     x
            routing_key  l
            redelivered  false
            remaining    5
            properties   {"type":"t"}
            bytes        2

            hi


            """));
        Assert.That(
            _api.Asked,
            Is.EqualTo(new[] { """POST queues/%2F/q/get {"count":6,"ackmode":"ack_requeue_true","encoding":"auto"}""" }));
    }

    [Test]
    public async Task What_begins_with_an_at_sign_is_a_message_and_no_file()
    {
        CliRun run = await _api.With("exchanges/%2F/amq.default/publish", """{"routed":true}""")
            .RunAsync("publish", "@q", "@m", "--property", "delivery_mode=1");

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, "Published 1 message.\n")), run.Error);
        Assert.That(_api.Asked, Is.EqualTo(new[]
        {
            """POST exchanges/%2F/amq.default/publish {"routing_key":"@q","properties":{"delivery_mode":1},"payload":"QG0=","payload_encoding":"base64"}"""
        }));
    }

    [Test]
    public async Task Names_and_passwords_are_sent_in_UTF_8()
    {
        await _api.With("whoami", "{}").CtlAsync("-q", "check_running", "--user", "jö", "--password", "pä:ß");

        Assert.That(
            Encoding.UTF8.GetString(Convert.FromBase64String(_api.Headers[0]["Authorization"]!["Basic ".Length..])),
            Is.EqualTo("jö:pä:ß"));
    }

    [TestCase("queues --timeout 0.1", "amqpbroker: The broker at URL did not answer within 0.1 s. Try again, or set a longer --timeout.\n")]
    [TestCase("ctl -n n list_queues -q -t 0.1", "Error: operation list_queues on node n timed out. Timeout value used: 100\n")]
    public async Task An_answer_that_takes_too_long_is_not_waited_for_and_ends_with_75(string command, string error)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        string url = $"http://{silent.LocalEndpoint}";

        CliRun run = await CliRun.HereAsync(command.Split(' '), new Dictionary<string, string> { ["AMQPBROKER_URL"] = url });

        Assert.That((run.ExitCode, run.Output, run.Error), Is.EqualTo((75, "", error.Replace("URL", url, StringComparison.Ordinal))));
    }

    [TestCase("users delete ", "users")]
    [TestCase("vhosts show ", "vhosts")]
    [TestCase("connections show ", "connections")]
    [TestCase("channels show ", "channels")]
    [TestCase("exchanges delete ", "exchanges/w")]
    [TestCase("exchanges delete -p v ", "exchanges/v")]
    [TestCase("policies show ", "policies/w")]
    public async Task Names_of_the_kind_that_is_meant_are_offered_for_completion(string typed, string list)
    {
        _api.With($"{list}?columns=name", """[{"name":""},{"name":"one"},{"name":"two"}]""");
        string line = $"{RootCommand.ExecutableName} {typed}";

        CliRun run = await CliRun.HereAsync(
            [$"[suggest:{line.Length}]", line],
            new Dictionary<string, string> { ["AMQPBROKER_URL"] = _api.Url, ["AMQPBROKER_VHOST"] = "w" });

        Assert.That(run.Lines, Does.Contain("one").And.Contain("two").And.Not.Contain(""), run.Error);
        Assert.That(_api.Asked, Is.EqualTo(new[] { $"GET {list}?columns=name" }));
    }

    /// <summary>Splits a command line at blanks. Two single quotes stand for an empty argument.</summary>
    private static string[] Words(string command) => [.. command.Split(' ').Select(word => word == "''" ? "" : word)];
}
