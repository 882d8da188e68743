using System.Globalization;

namespace Amqp.Tests.Cli;

/// <summary><c>amqpbroker ctl</c> prints the right output and has the right exit code for each response of the HTTP API.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class CtlAnswerTests : IDisposable
{
    private const string Listeners =
        """{"interface":"[::]","node":"rabbit@a","port":15672,"protocol":"http","purpose":"HTTP API"},{"interface":"10.0.0.1","node":"rabbit@a","port":5671,"protocol":"amqp/ssl","purpose":"AMQP 0-9-1 over TLS"}""";

    private readonly AnsweringApi _api = new AnsweringApi()
        .With("whoami", "{}").With("health/checks/node-is-quorum-critical", "{}").With("queues/%2F", "[]").With("stop", "")
        .With("overview", """
            {"rabbitmq_version":"3.10.8","product_version":"7.8.9","node":"rabbit@a",
             "listeners":[{"node":"rabbit@a","protocol":"amqp/ssl","ip_address":"10.0.0.1","port":5671},{"node":"rabbit@a","protocol":"http","ip_address":"::","port":15672}]}
            """)
        .With("nodes", $$"""[{"name":"rabbit@a","os_pid":"{{Environment.ProcessId}}"}]""")
        .With(
            "feature-flags",
            """[{"name":"one","state":"enabled","stability":"stable"},{"name":"two","state":"disabled","stability":"required"}]""")
        .With(
            "vhosts",
            """[{"name":"a","cluster_state":{"rabbit@a":"running"},"tags":[]},{"name":"b","cluster_state":{"rabbit@a":"stopped"},"tags":["t"]}]""")
        .With(
            "queues/v",
            """[{"name":"q","policy":null,"messages":1,"arguments":{"n":null,"b":false,"a":["x",2]}},{"name":"r \"1\"","arguments":{}}]""");

    public void Dispose() => _api.Dispose();

    [TestCase("server_version", "Asking node n for its RabbitMQ version...\n3.10.8\n")]
    [TestCase("server_version --formatter json", """{"result":"ok","value":"3.10.8"}""" + "\n")]
    [TestCase(
        "is_booting",
        "Asking node n for its boot status ...\nRabbitMQ on node n is fully booted (check with "
            + "is_running), stopped or has not started booting yet\n")]
    [TestCase(
        "is_booting -q --formatter json",
        """{"message":"RabbitMQ on node n is fully booted (check with is_running), stopped or has not started booting yet","result":false}"""
            + "\n")]
    [TestCase(
        "check_if_node_is_quorum_critical --formatter json",
        """{"message":"Target node seems to be the only one in a single node cluster, the check does not apply","result":"ok"}""" + "\n")]
    [TestCase(
        "listeners",
        "Asking node n to report its protocol listeners ...\nInterface: [::], port: 15672, protocol: http, purpose: "
            + "HTTP API\nInterface: 10.0.0.1, port: 5671, protocol: amqp/ssl, purpose: AMQP 0-9-1 over TLS\n")]
    [TestCase("listeners --formatter json", $$"""{"listeners":[{{Listeners}}],"node":"n","result":"ok"}""" + "\n")]
    [TestCase("check_port_listener 5671 --formatter json", """{"node":"n","port":"5671","result":"ok"}""" + "\n")]
    [TestCase("list_feature_flags", "Listing feature flags ...\nname\tstate\none\tenabled\ntwo\tdisabled\n")]
    [TestCase("-s list_feature_flags stability name", "stable\tone\nrequired\ttwo\n")]
    [TestCase("enable_feature_flag two", "Enabling feature flag \"two\" ...\n")]
    [TestCase("-q list_vhosts name cluster_state", "name\tcluster_state\na\t[{rabbit@a, running}]\nb\t[{rabbit@a, stopped}]\n")]
    [TestCase(
        "list_vhosts name cluster_state --formatter json",
        "[\n{\"name\":\"a\",\"cluster_state\":{\"rabbit@a\":\"running\"}}\n"
            + ",{\"name\":\"b\",\"cluster_state\":{\"rabbit@a\":\"stopped\"}}\n]\n")]
    [TestCase("list_queues -t infinity", "Listing queues for vhost / ...\n")]
    [TestCase("list_queues -t 0", "Listing queues for vhost / ...\n")]
    [TestCase("list_queues --formatter csv", "")]
    [TestCase("list_queues -q --formatter pretty_table", "")]
    [TestCase("-q list_queues -p v name,messages policy name", "name\tmessages\tpolicy\nq\t1\t\nr \"1\"\t\t\n")]
    [TestCase(
        "list_queues -p v name messages policy --formatter json",
        "[\n{\"name\":\"q\",\"messages\":1,\"policy\":\"\"}\n,{\"name\":\"r \\\"1\\\"\",\"messages\":\"\",\"policy\":\"\"}\n]\n")]
    [TestCase("list_queues -p v name messages --formatter csv", "\"name\",\"messages\"\n\"q\",\"1\"\n\"r \"\"1\"\"\",\"\"\n")]
    [TestCase("-s list_queues -p v arguments", "[{\"a\",[\"x\",2]},{\"b\",false},{\"n\",undefined}]\n[]\n")]
    [TestCase("shutdown --no-wait", "Stopping and halting node n ...\n")]
    [TestCase("stop", "Stopping and halting node n ...\n")]
    [TestCase("version -q --user nobody --formatter json", null)]
    [TestCase("hash_password pw --user nobody", null)]
    public async Task A_verb_that_comes_through_prints_to_the_letter(string command, string? expected)
    {
        // The fake node reports the id of the test process. A command that waits for the end of this process does not return.
        CliRun run = await _api.CtlAsync(command.Split(' ')).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        if (expected is not null)
            Assert.That(run.Output, Is.EqualTo(expected));
    }

    [TestCase(
        "check_port_listener 1", 69,
        "No listener for port 1 is active on node n. Found listeners that use the following ports: 5671, 15672\n")]
    [TestCase(
        "check_port_listener 1 --formatter json", 69,
        $$"""{"listeners":[{{Listeners}}],"missing":"1","ports":[15672,5671],"result":"error"}""" + "\n")]
    [TestCase(
        "check_protocol_listener mqtt --formatter json", 69,
        $$"""{"listeners":[{{Listeners}}],"missing":"mqtt","protocols":["amqp/ssl","http"],"result":"error"}""" + "\n")]
    [TestCase("list_queues b nosuch name a", 64, "Error (argument validation): Info key(s) a,b,nosuch are not supported\n")]
    [TestCase(
        "list_queues --formatter erlang", 64,
        "Error (argument validation): there is no formatter 'erlang' here; use table, json, csv or pretty_table\n")]
    [TestCase("list_queues --user nobody", 64, "Error:\nThere is no password for 'nobody'.")]
    [TestCase("rotate_logs --user nobody", 69, "Error:\nThis command does not rotate logs anymore [deprecated]\n")]
    [TestCase("eval 1 --user nobody --unknown", 69, "Error:\neval cannot be done: there is no Erlang in this broker\n")]
    [TestCase(
        "check_certificate_expiration --unit hours", 64,
        "Error (argument validation): \"unit 'hours' is not supported. Please use one of: days, weeks, months, years\"\n")]
    [TestCase("add_user '' pw", 65, "Error (argument validation): Bad argument: user cannot be an empty string\n")]
    [TestCase("delete_queue ''", 65, "Error (argument validation): Bad argument: queue name cannot be an empty string\n")]
    [TestCase("enable_feature_flag ''", 65, "Error (argument validation): Bad argument: feature_flag cannot be an empty string.\n")]
    [TestCase("close_connection c why", 69, "Error:\nThere is no connection 'c'. Use a name that 'list_connections pid' shows\n")]
    [TestCase(
        "export_definitions - --format erlang", 64,
        "Error (argument validation): format erlang is not supported here; definitions are JSON\n")]
    public async Task A_verb_that_fails_says_why_and_has_its_exit_code(string command, int exitCode, string error)
    {
        CliRun run = await _api.CtlAsync(["-q", .. command.Split(' ').Select(word => word == "''" ? "" : word)]);

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((exitCode, "")));
        Assert.That(run.Error, Does.StartWith(error));
    }

    [Test]
    public async Task Tags_may_be_separated_by_commas_and_the_password_stays()
    {
        _api.With("users/jo", """{"name":"jo","password_hash":"h","hashing_algorithm":"a","tags":["old"]}""");

        CliRun run = await _api.CtlAsync("set_user_tags", "jo", "a,,b", "c,");

        Assert.That(run.Output, Is.EqualTo("Setting tags for user \"jo\" to [a,,b, c,] ...\n"), run.Error);
        Assert.That(_api.Asked[1], Is.EqualTo("""PUT users/jo {"password_hash":"h","hashing_algorithm":"a","tags":"a,b,c"}"""));
    }

    [TestCase(503, 3, 0)]
    [TestCase(401, 1, 69)]
    public async Task A_broker_that_is_not_ready_is_asked_again_and_one_that_refuses_is_not(int status, int asked, int exitCode)
    {
        _api.With("whoami", """{"reason":"Login failed"}""", status);
        Task<CliRun> running = _api.CtlAsync("await_startup", "-t", "20");
        await Support.Eventually.Holds(() => _api.Asked.Count >= Math.Min(asked, 2), () => "the command sends no request");
        _api.With("whoami", "{}");

        CliRun run = await running;

        Assert.That((run.ExitCode, run.Output, _api.Asked.Count), Is.EqualTo((exitCode, "", asked)), run.Error);
    }

    [Test]
    public async Task A_broker_is_waited_for_by_its_process_or_the_file_that_names_it()
    {
        string pid = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        using var file = new Configuration.TemporaryFile($" {pid}\n");
        string[] waits =
        [
            $"Waiting for erlang distribution on node 'n' while OS process '{pid}' is running",
            "Waiting for applications 'rabbit_and_plugins' to start on node 'n'",
            "Applications 'rabbit_and_plugins' are running on node 'n'",
        ];

        CliRun byProcess = await _api.CtlAsync("wait", "--pid", pid), byFile = await _api.CtlAsync("wait", file.Path, "-t", "20");

        Assert.That((byProcess.ExitCode, byFile.ExitCode), Is.EqualTo((0, 0)), byProcess.Error + byFile.Error);
        Assert.That(byProcess.Lines, Is.EqualTo(waits));
        Assert.That(byFile.Lines, Is.EqualTo((string[])[$"Waiting for pid file '{file.Path}' to appear", $"pid is {pid}", .. waits]));
    }

    [TestCase(
        "",
        "Importing definitions in JSON from a file at \"FILE\" ...\nSuccessfully started definition "
            + "import. This process is asynchronous and can take some time.\n")]
    [TestCase("-q", "")]
    [TestCase("--formatter json", """{"node":"n","result":"ok"}""" + "\n")]
    public async Task An_import_says_that_it_has_begun_and_warns_of_what_was_left_out(string options, string expected)
    {
        using var file = new Configuration.TemporaryFile("\uFEFF" + """{"queues":[]}""");
        _api.With("definitions", """{"imported":0,"left_out":["queue 'a': no"]}""");

        CliRun run = await _api.CtlAsync(["import_definitions", file.Path, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.That(
            (run.ExitCode, run.Output, run.Error),
            Is.EqualTo((0, expected.Replace("FILE", file.Path, StringComparison.Ordinal), "Warning: left out queue 'a': no\n")));
        Assert.That(_api.Asked, Is.EqualTo(new[] { """POST definitions {"queues":[]}""" }));
        Assert.That(_api.Headers[0]["Prefer"], Is.EqualTo("return=representation"));
    }

    [Test]
    public async Task A_file_that_is_not_JSON_is_not_sent()
    {
        using var file = new Configuration.TemporaryFile("{");

        CliRun run = await _api.CtlAsync("-q", "import_definitions", file.Path);

        Assert.That((run.ExitCode, _api.Asked.Count), Is.EqualTo((65, 0)));
        Assert.That(run.Error, Does.StartWith("Error:\nFailed to deserialise input (format: JSON) (error: "));
    }
}
