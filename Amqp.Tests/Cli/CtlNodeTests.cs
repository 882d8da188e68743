using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Cli;

/// <summary>
/// <c>amqpbroker ctl</c> shows, checks and changes the node. It also prints help, and refuses verbs that it cannot execute.
/// </summary>
public sealed class CtlNodeTests : CliTests
{
    [TestCase(
        "ping",
        "Will ping ref@localhost. This only checks if the OS process is running and registered with "
            + "epmd. Timeout: 60000 ms.\nPing succeeded\n")]
    [TestCase("await_startup", "")]
    [TestCase("await_startup --timeout 5", "")]
    [TestCase("await_online_nodes 1", "Will wait for at least 1 nodes to join the cluster of ref@localhost. Timeout: 300 seconds.\n")]
    [TestCase(
        "check_running",
        "Checking if RabbitMQ is running on node ref@localhost ...\nRabbitMQ on node ref@localhost is fully booted and running\n")]
    [TestCase("is_running", "Asking node ref@localhost for its status ...\nRabbitMQ on node ref@localhost is fully booted and running\n")]
    [TestCase(
        "check_local_alarms",
        "Asking node ref@localhost to report any local resource alarms ...\nNode ref@localhost reported no local alarms\n")]
    [TestCase(
        "check_alarms",
        "Asking node ref@localhost to report any local resource alarms ...\nNode ref@localhost reported no alarms, local or clusterwide\n")]
    [TestCase(
        "alarms",
        "Asking node ref@localhost to report any known resource alarms ...\nNode ref@localhost reported no alarms, local or clusterwide\n")]
    [TestCase(
        "check_protocol_listener amqp",
        "Asking node ref@localhost if there's an active listener for protocol amqp ...\nA listener for "
            + "protocol amqp is running on node ref@localhost.\n")]
    [TestCase(
        "check_virtual_hosts",
        "Checking if all vhosts are running on node ref@localhost ...\nNode ref@localhost reported all vhosts as running\n")]
    [TestCase(
        "check_certificate_expiration --unit weeks --within 1",
        "Checking certificate expiration on node ref@localhost ...\nNo certificates are expiring within 1 week.\n")]
    [TestCase("discover_peers", "Discovering peers nodes ...\nNo peers discovered\n")]
    [TestCase("list_unresponsive_queues -p /", "Listing unresponsive queues for vhost / ...\n")]
    [TestCase("enable_feature_flag all", "Enabling all feature flags ...\n")]
    [TestCase("-q check_running", "RabbitMQ on node ref@localhost is fully booted and running\n")]
    [TestCase("-s check_running", "RabbitMQ on node ref@localhost is fully booted and running\n")]
    [TestCase("-s check_local_alarms", "")]
    [TestCase("-q check_protocol_listener AMQP091", "A listener for protocol amqp is running on node ref@localhost.\n")]
    [TestCase("-q check_certificate_expiration", "No certificates are expiring within 4 weeks.\n")]
    [TestCase(
        "-q check_if_node_is_quorum_critical",
        "Node ref@localhost seems to be the only one in a single node cluster, the check does not apply\n")]
    public async Task A_check_is_passed_in_rabbitmqctls_words(string command, string expected)
    {
        CliRun run = await CtlRunHereAsync(command.Split(' '));

        Assert.That((run.ExitCode, run.Error, run.Output), Is.EqualTo((0, "", expected)));
    }

    [TestCase("ping", """{"message":"Ping succeeded"}""")]
    [TestCase("await_startup", """{"node":"ref@localhost","result":"ok"}""")]
    [TestCase("check_running", """{"message":"RabbitMQ on node ref@localhost is fully booted and running"}""")]
    [TestCase("is_running", """{"message":"RabbitMQ on node ref@localhost is fully booted and running","result":true}""")]
    [TestCase("check_local_alarms -s", """{"result":"ok"}""")]
    [TestCase("alarms", """{"alarms":[],"node":"ref@localhost","result":"ok"}""")]
    [TestCase("check_protocol_listener amqp", """{"node":"ref@localhost","protocol":"amqp","result":"ok"}""")]
    [TestCase("-p / trace_off", """{"node":"ref@localhost","result":"ok","value":"Trace disabled for vhost /"}""")]
    public async Task A_program_is_answered_in_rabbitmqctls_JSON(string command, string expected)
    {
        CliRun run = await CtlRunHereAsync([.. command.Split(' '), "--formatter", "json"]);

        Assert.That((run.ExitCode, run.Error, run.Output), Is.EqualTo((0, "", expected + "\n")));
    }

    [Test]
    public async Task The_version_is_a_field_for_programs() =>
        Assert.That(
            (await CtlRunHereAsync("version", "--formatter", "json")).Output,
            Does.Match(@"^\{""node"":""ref@localhost"",""result"":""ok"",""value"":\{""version"":""\d+\.\d+\.\d+""}}\n$"));

    [Test]
    public async Task Ports_are_checked()
    {
        string amqp = (await BrokerTarget.UriAsync).Port.ToString(CultureInfo.InvariantCulture);
        var listeners = (await GetAsync("/overview")).Json.GetProperty("listeners").EnumerateArray();
        string ports = string.Join(", ", listeners.Select(listener => listener.GetProperty("port").GetInt32()).Distinct().Order());

        Assert.That((await CtlRunHereAsync("check_port_listener", amqp)).Output, Is.EqualTo(
            $"Asking node ref@localhost if there's an active listener on port {amqp} ...\nA listener "
                + $"for port {amqp} is running on node ref@localhost.\n"));
        CliRun none = await CtlRunHereAsync("check_port_listener", "1");
        Assert.That((none.ExitCode, none.Error), Is.EqualTo(
            (69, $"No listener for port 1 is active on node ref@localhost. Found listeners that use the following ports: {ports}\n")));
        Assert.That(
            (await CtlRunHereAsync("-q", "check_port_connectivity")).Output,
            Is.EqualTo($"Successfully connected to ports {ports} on node ref@localhost.\n"));
        CliRun mqtt = await CtlRunHereAsync("-q", "check_protocol_listener", "mqtt");
        Assert.That((mqtt.ExitCode, mqtt.Error), Is.EqualTo((
            69,
            "Error:\nNo listener for protocol mqtt is active on node ref@localhost. Found listeners for "
                + "the following protocols: amqp, http, http/prometheus\n")));
    }

    [Test]
    public async Task Status_has_rabbitmqctls_sections()
    {
        CliRun run = await CtlRunHereAsync("status");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Lines[..4], Is.EqualTo(new[] { "Status of node ref@localhost ...", "\e[1mRuntime\e[0m", "", run.Lines[3] }));
        Assert.That(
            run.Output,
            Does.Match("(?m)^OS PID: \\d+$")
                .And.Match("(?m)^RabbitMQ version: \\d+\\.\\d+\\.\\d+$")
                .And.Contain("\n\n\e[1mAlarms\e[0m\n\n(none)\n\n")
                .And.Match("(?m)^Interface: .*, protocol: amqp, purpose: AMQP 0-9-1$"));
    }

    [Test]
    public async Task Status_is_JSON_for_programs()
    {
        JsonElement status = JsonDocument.Parse((await CtlRunHereAsync("status", "--formatter", "json")).Output).RootElement;

        Assert.That(status.GetProperty("pid").GetInt32(), Is.Positive);
        Assert.That(status.GetProperty("alarms").GetArrayLength(), Is.Zero);
        Assert.That(status.GetProperty("memory").GetProperty("total").GetProperty("rss").GetInt64(), Is.Positive);
        Assert.That(status.GetProperty("totals").GetProperty("virtual_host_count").GetInt32(), Is.Positive);
        Assert.That(
            status.GetProperty("listeners").EnumerateArray().Select(listener => listener.GetProperty("purpose").GetString()),
            Does.Contain("AMQP 0-9-1").And.Contain("HTTP API"));
    }

    [Test]
    public async Task Cluster_status_shows_the_one_node() =>
        Assert.That(
            (await CtlRunHereAsync("cluster_status")).Output,
            Does.StartWith("Cluster status of node ref@localhost ...\n\e[1mBasics\e[0m\n\nCluster name: ")
                .And.Contain($"\e[1mRunning Nodes\e[0m\n\nrabbit@{Environment.MachineName}\n"));

    [TestCase("join_cluster rabbit@other", "join_cluster cannot be done: this broker is one node, and cannot be part of a cluster")]
    [TestCase("eval 1.", "eval cannot be done: there is no Erlang in this broker")]
    [TestCase(
        "stop_app", "stop_app cannot be done: the application cannot be stopped without its process; use shutdown to stop the broker")]
    [TestCase(
        "forget_cluster_node x --offline", "forget_cluster_node cannot be done: this broker is one node, and cannot be part of a cluster")]
    [TestCase("rotate_logs", "This command does not rotate logs anymore [deprecated]")]
    [TestCase("rebalance stream", "type stream is not supported. Try one of all, classic, quorum.")]
    public async Task What_cannot_be_honoured_is_refused_with_the_reason(string command, string reason)
    {
        CliRun run = await CtlRunHereAsync(command.Split(' '));

        Assert.That((run.ExitCode, run.Output, run.Error), Is.EqualTo((69, "", $"Error:\n{reason}\n")));
    }

    [Test]
    public async Task A_verb_that_there_is_not_is_answered_with_the_one_that_may_be_meant()
    {
        CliRun run = await CtlRunHereAsync("list_queue");

        Assert.That(
            (run.ExitCode, run.Output, run.Error),
            Is.EqualTo((64, "", "\nCommand 'list_queue' not found. \nDid you mean 'list_queues'? \n\n")));
    }

    [TestCase("add_user", "not enough arguments.")]
    [TestCase("delete_vhost a b", "too many arguments.")]
    [TestCase("list_queues --nosuch", "Invalid options for this command:\n--nosuch : ")]
    [TestCase("list_queues -p", "Invalid options for this command:\n-p : ")]
    [TestCase("list_queues -p -q", "Invalid options for this command:\n-p : ")]
    [TestCase("list_queues name -t abc", "Invalid options for this command:\n-t : abc")]
    [TestCase("wait", "\"No pid or pidfile specified\"")]
    [TestCase("wait --pid 1 /file", "\"Cannot specify both pid and pidfile\"")]
    [TestCase("set_vm_memory_high_watermark relative 0.5", "too many arguments.")]
    [TestCase("set_disk_free_limit mem_relative", "not enough arguments.")]
    [TestCase("status --unit nosuch", "\"unit 'nosuch' is not supported. Please use one of: bytes, mb, gb\"")]
    public async Task Bad_input_is_answered_with_the_usage(string command, string problem)
    {
        CliRun run = await RunHereAsync(["ctl", .. command.Split(' ')]);

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((64, "")));
        Assert.That(run.Error, Does.StartWith(
            $"Error (argument validation): {problem}\nArguments given:\n\t{command}\n\n\e[1mUsage\e[0m\n\namqpbroker ctl [--node <node>]"));
    }

    [TestCase("set_vm_memory_high_watermark 1.5", "Bad argument: The threshold should be a fraction between 0.0 and 1.0")]
    [TestCase("set_vm_memory_high_watermark -0.5", "Bad argument: The threshold should be a fraction between 0.0 and 1.0")]
    [TestCase("set_disk_free_limit x", "Bad argument.")]
    [TestCase("await_online_nodes x", "Bad argument: Argument must be a positive integer")]
    [TestCase("check_port_listener 0", "Bad argument: Argument must be a positive integer")]
    [TestCase("export_definitions /nosuch/file", "Bad argument: Directory /nosuch does not exist")]
    [TestCase("export_definitions - --format bogus", "Bad argument: Format should be either json or erlang")]
    public async Task A_value_that_cannot_be_is_answered_with_the_usage(string command, string problem)
    {
        CliRun run = await RunHereAsync(["ctl", .. command.Split(' ')]);

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((65, "")));
        Assert.That(run.Error, Does.StartWith($"Error (argument validation): {problem}\nArguments given:\n\t{command}\n"));
    }

    [TestCase("enable_feature_flag nosuch", 64, "Error:\nThis feature flag is not supported by node ref@localhost\n")]
    [TestCase("wait -P 999999999", 69, "Error:\nprocess_not_running\n")]
    [TestCase(
        "restart_vhost -p nosuch", 70,
        "Error:\nFailed to start vhost 'nosuch' on node 'ref@localhost'Reason: {:no_such_vhost, \"nosuch\"}\n")]
    [TestCase("set_vhost_tags nosuch a", 65, "Error:\nVirtual host \"nosuch\" does not exist\n")]
    [TestCase("clear_password nosuch", 69, "Error:\n{:no_such_user, \"nosuch\"}\n")]
    [TestCase("await_online_nodes 2", 70, "Error:\nError: timed out while waiting. Not enough nodes joined ref@localhost's cluster.\n")]
    [TestCase("export_definitions /", 65, "Error:\nPath / is a directory\n")]
    [TestCase("help nosuch", 64, "Error:\n\nCommand 'nosuch' not found.\n")]
    public async Task What_does_not_come_about_has_rabbitmqctls_words_and_code(string command, int exitCode, string error)
    {
        CliRun run = await CtlRunHereAsync([.. command.Split(' '), "-q"]);

        Assert.That((run.ExitCode, run.Output, run.Error), Is.EqualTo((exitCode, "", error)));
    }

    [Test]
    public async Task Help_lists_every_verb_and_explains_one()
    {
        CliRun all = await RunAsync("ctl", "help"), one = await RunAsync("ctl", "list_queues", "--help"), none = await RunAsync("ctl");

        Assert.That((all.ExitCode, one.ExitCode, none.ExitCode), Is.EqualTo((0, 0, 64)));
        Assert.That(all.Output, Does.Match("(?m)^   set_policy +Sets or updates a policy$").And.Match("(?m)^   check_running "));
        Assert.That(one.Output, Does.StartWith("\n\e[1mUsage\e[0m\n\namqpbroker ctl [--node <node>] [--longnames] [--quiet] list_queues "));
        Assert.That(none.Error, Does.Contain("Available commands"));
    }

    [Test]
    public async Task Limits_and_the_log_level_are_set_while_it_runs_and_shutdown_ends_it()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync();
        string url = $"http://127.0.0.1:{broker.ManagementPort}";
        async Task<CliRun> Ctl(params string[] arguments) => await RunHereAsync(["ctl", "--url", url, "-n", "n", .. arguments]);

        Assert.That(
            (await Ctl("set_vm_memory_high_watermark", "absolute", "1GB")).Output,
            Is.EqualTo("Setting memory threshold on n to 1GB bytes ...\n"));
        Assert.That((await Ctl("set_disk_free_limit", "1000TB")).Output, Is.EqualTo("Setting disk free limit on n to 1000TB bytes ...\n"));
        JsonElement status = JsonDocument.Parse((await Ctl("status", "--formatter", "json")).Output).RootElement;
        Assert.That(
            (status.GetProperty("vm_memory_high_watermark_limit").GetInt64(), status.GetProperty("disk_free_limit").GetInt64()),
            Is.EqualTo((1_000_000_000L, 1_000_000_000_000_000L)));
        CliRun alarm = await Ctl("check_local_alarms");
        Assert.That(
            (alarm.ExitCode, alarm.Error),
            Is.EqualTo((69, $"Error:\nFree disk space alarm on node rabbit@{Environment.MachineName}\n")));
        Assert.That((await Ctl("set_disk_free_limit", "50MB")).ExitCode, Is.Zero);
        Assert.That((await Ctl("check_local_alarms")).ExitCode, Is.Zero);

        CliRun bad = await Ctl("set_vm_memory_high_watermark", "bogus");
        Assert.That(bad.ExitCode, Is.EqualTo(65));
        CliRun level = await Ctl("set_log_level", "bogus");
        Assert.That(
            (level.ExitCode, level.Error),
            Is.EqualTo((69, "Error:\nlevel bogus is not supported. Try one of debug, info, warning, error, critical, none\n")));
        Assert.That((await Ctl("set_log_level", "none")).Output, Is.EqualTo("Setting log level to \"none\" ...\n"));

        CliRun stopped = await Ctl("shutdown");
        Assert.That(stopped.ExitCode, Is.Zero, stopped.Error);
        Assert.That(stopped.Output, Does.EndWith($"RabbitMQ node n running at PID {broker.Pid} successfully shut down\n"));
        Assert.That(
            broker.Output,
            Does.Contain("sets the log level to none").And.Not.Contain("asks the broker to stop"),
            "the last line is below the log level");
    }

    [Test]
    public async Task In_maintenance_mode_clients_are_sent_away_until_it_is_over()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync();
        string url = $"http://127.0.0.1:{broker.ManagementPort}";
        async Task<CliRun> Ctl(params string[] arguments) => await RunHereAsync(["ctl", "--url", url, "-n", "n", .. arguments]);
        await using RawClient client = await RawClient.DialAsync(broker.Uri);
        await client.OpenAsync();

        Assert.That(
            (await Ctl("drain")).Output,
            Is.EqualTo("Will put node n into maintenance mode. The node will no longer serve any client traffic!\n"));
        await client.ExpectCloseAsync(ReplyCode.ConnectionForced, "CONNECTION_FORCED - Node was put into maintenance mode");
        await DemandCutOffAsync(broker.Uri);
        Assert.That((await Ctl("status")).Output, Does.Contain("Is under maintenance?: true"));

        Assert.That((await Ctl("revive")).Output, Is.EqualTo(
            "Will put node n back into regular operating mode. The node will again serve client traffic "
                + "and host primary queue replicas.\n"));
        await using RawClient served = await RawClient.DialAsync(broker.Uri);
        await served.OpenAsync();
    }

    [Test]
    public async Task Listeners_that_are_suspended_keep_the_clients_that_are_there()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync();
        string url = $"http://127.0.0.1:{broker.ManagementPort}";
        async Task<CliRun> Ctl(params string[] arguments) => await RunHereAsync(["ctl", "--url", url, "-n", "n", .. arguments]);
        await using RawClient client = await RawClient.DialAsync(broker.Uri);
        await client.OpenAsync();

        Assert.That(
            (await Ctl("suspend_listeners")).Output,
            Is.EqualTo("Will suspend client connection listeners on node n. The node will no longer accept client connections!\n"));
        await DemandCutOffAsync(broker.Uri);
        await client.OpenChannelAsync();

        Assert.That(
            (await Ctl("resume_listeners")).Output,
            Is.EqualTo("Will resume client connection listeners on node n. The node will now accept client connections\n"));
        await using RawClient served = await RawClient.DialAsync(broker.Uri);
        await served.OpenAsync();
    }

    [Test]
    public async Task Awaiting_a_broker_that_does_not_come_ends_with_EX_TEMPFAIL()
    {
        CliRun run = await CtlRunHereAsync("--url", "http://127.0.0.1:1", "await_startup", "-t", "0.2");

        Assert.That(
            (run.ExitCode, run.Error),
            Is.EqualTo((75, "Error: operation await_startup on node ref@localhost timed out. Timeout value used: 200\n")));
    }

    [Test]
    public async Task Definitions_go_out_and_in()
    {
        await PutAsync($"/queues/{Host}/q", new { durable = true });
        CliRun exported = await CtlRunHereAsync("export_definitions", "-");
        JsonElement definitions = JsonDocument.Parse(exported.Output).RootElement;
        Assert.That(
            definitions.GetProperty("queues").EnumerateArray().Any(queue => queue.GetProperty("vhost").GetString() == Host),
            Is.True);
        await DeleteAsync($"/queues/{Host}/q");
        string again = JsonSerializer.Serialize(new
        {
            queues = definitions.GetProperty("queues").EnumerateArray().Where(queue => queue.GetProperty("vhost").GetString() == Host)
        });

        CliRun imported = await PipeAsync(again, "ctl", "-q", "import_definitions", "-");

        Assert.That((imported.ExitCode, imported.Error), Is.EqualTo((0, "")));
        Assert.That((await GetAsync($"/queues/{Host}/q")).Code, Is.EqualTo(200));
        CliRun missing = await CtlRunHereAsync("import_definitions", "/nosuch");
        Assert.That(missing.ExitCode, Is.EqualTo(65));
        Assert.That(missing.Error, Does.StartWith("Error (argument validation): Bad argument: File /nosuch does not exist\n"));
    }

    [Test]
    public async Task Tracing_is_switched_on_and_off()
    {
        async Task<bool> IsTraced() => (await GetAsync($"/vhosts/{Host}")).Json.GetProperty("tracing").GetBoolean();

        Assert.That(
            (await CtlRunHereAsync("trace_on")).Output,
            Is.EqualTo($"Starting tracing for vhost \"{Host}\" ...\nTrace enabled for vhost {Host}\n"));
        Assert.That(await IsTraced(), Is.True);
        Assert.That(
            (await CtlRunHereAsync("trace_off")).Output,
            Is.EqualTo($"Stopping tracing for vhost \"{Host}\" ...\nTrace disabled for vhost {Host}\n"));
        Assert.That(await IsTraced(), Is.False);
    }

    /// <summary>Checks that the broker refuses a new connection or closes it immediately.</summary>
    private static async Task DemandCutOffAsync(Uri uri)
    {
        try
        {
            await using RawClient refused = await RawClient.DialAsync(uri);
            await refused.ExpectEndAsync();
        }
        catch (SocketException)
        {
        }
    }
}
