using System.Text.Json;

namespace Amqp.Tests.Cli;

/// <summary>Commands print what a fake HTTP API returns. All numbers differ, so that a number in the wrong place fails the test.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ShownStateTests : IDisposable
{
    private const string Node = """
        [{"name":"rabbit@a","os_pid":"11","uptime":93784005,"being_drained":false,"db_dir":"/data","mem_used":3000000000,"mem_limit":5000000000,"mem_alarm":false,
          "mem_calculation_strategy":"rss","disk_free":7000000000,"disk_free_limit":2000000000,"disk_free_alarm":false,"fd_used":13,"fd_total":17,"sockets_used":19,"sockets_total":23}]
        """;

    private const string Overview = """
        {"product_name":"Shop","product_version":"7.8.9","rabbitmq_version":"3.10.8","management_version":"3.10.8","node":"rabbit@a","cluster_name":"club","erlang_full_version":"Runtime 10",
         "object_totals":{"channels":29,"connections":31,"consumers":37,"exchanges":41,"queues":43},"queue_totals":{"messages":47,"messages_ready":53,"messages_unacknowledged":59},
         "listeners":[{"node":"rabbit@a","protocol":"http","ip_address":"::1","port":15672},{"node":"rabbit@a","protocol":"amqp/ssl","ip_address":"10.0.0.1","port":5671},{"node":"rabbit@a","protocol":"amqp","ip_address":"127.0.0.1","port":5672}]}
        """;

    private readonly AnsweringApi _api = new AnsweringApi()
        .With("overview", Overview).With("nodes", Node).With("vhosts", """[{"name":"a"},{"name":"b"}]""").With("whoami", "{}")
        .With("feature-flags", """[{"name":"quorum_queue","state":"enabled"},{"name":"other","state":"disabled"}]""")
        .With("health/checks/alarms", "{}").With("health/checks/virtual-hosts", "{}").With("health/checks/protocol-listener/amqp", "{}");

    public void Dispose() => _api.Dispose();

    [Test]
    public async Task Status_has_each_value_in_its_place()
    {
        CliRun run = await _api.CtlAsync("status");

        string[] lines = [.. run.Lines.Where(line => line.Contains(": ", StringComparison.Ordinal))];
        Assert.That(lines.Where(line => !line.StartsWith("OS: ", StringComparison.Ordinal)), Is.EqualTo(new[]
        {
            "OS PID: 11",
            "Uptime (seconds): 93784",
            "Is under maintenance?: false",
            "Shop version: 7.8.9",
            "RabbitMQ version: 3.10.8",
            "Node name: rabbit@a",
            "Runtime: Runtime 10",
            "Node data directory: /data",
            "Total memory used: 3.0 gb",
            "Calculation strategy: rss",
            "Memory high watermark setting: 5.0 gb",
            "Total: 13, limit: 17",
            "Sockets: 19, limit: 23",
            "Low free disk space watermark: 2.0 gb",
            "Free disk space: 7.0 gb",
            "Connection count: 31",
            "Queue count: 43",
            "Virtual host count: 2",
            "Interface: [::1], port: 15672, protocol: http, purpose: HTTP API",
            "Interface: 10.0.0.1, port: 5671, protocol: amqp/ssl, purpose: AMQP 0-9-1 over TLS",
            "Interface: 127.0.0.1, port: 5672, protocol: amqp, purpose: AMQP 0-9-1",
        }), run.Output);
    }

    [Test]
    public async Task Status_for_programs_has_each_value_in_its_field()
    {
        JsonElement status = JsonDocument.Parse((await _api.CtlAsync("status", "--formatter", "json")).Output).RootElement;

        string Values(params string[] names) => string.Join(
            ' ', names.Select(name => name.Split('.').Aggregate(status, (holder, field) => holder.GetProperty(field)).GetRawText()));
        Assert.That(
            Values("pid", "uptime", "is_under_maintenance", "data_directory", "product_name", "product_version", "rabbitmq_version"),
            Is.EqualTo("""11 93784 false "/data" "Shop" "7.8.9" "3.10.8" """.TrimEnd()));
        Assert.That(
            Values("memory.total.rss", "memory.strategy", "vm_memory_high_watermark_limit", "disk_free", "disk_free_limit"),
            Is.EqualTo("3000000000 \"rss\" 5000000000 7000000000 2000000000"));
        Assert.That(
            Values(
                "file_descriptors.total_used",
                "file_descriptors.total_limit",
                "file_descriptors.sockets_used",
                "file_descriptors.sockets_limit"),
            Is.EqualTo("13 17 19 23"));
        Assert.That(Values("totals.virtual_host_count", "totals.connection_count", "totals.queue_count"), Is.EqualTo("2 31 43"));
    }

    [TestCase("bytes", "3000000000.0 bytes")]
    [TestCase("kb", "3000000.0 kb")]
    [TestCase("MB", "3000.0 mb")]
    [TestCase("gb", "3.0 gb")]
    [TestCase("tb", "0.003 tb")]
    [TestCase("kib", "2929687.5 kib")]
    [TestCase("m", "2861.0229 m")]
    [TestCase("gib", "2.794 gib")]
    public async Task Sizes_are_in_the_unit_that_is_asked_for(string unit, string expected) =>
        Assert.That((await _api.CtlAsync("-q", "memory_breakdown", "--unit", unit)).Output, Is.EqualTo($"total: {expected} (100.0%)\n"));

    [TestCase("true", "false", "Memory alarm on node rabbit@a")]
    [TestCase("false", "true", "Free disk space alarm on node rabbit@a")]
    [TestCase("true", "true", "Memory alarm on node rabbit@a\nFree disk space alarm on node rabbit@a")]
    public async Task Each_alarm_is_named_and_fails_the_checks(string memory, string disk, string expected)
    {
        _api.With(
            "nodes",
            Node.Replace("\"mem_alarm\":false", $"\"mem_alarm\":{memory}", StringComparison.Ordinal)
                .Replace("\"disk_free_alarm\":false", $"\"disk_free_alarm\":{disk}", StringComparison.Ordinal));

        CliRun alarms = await _api.CtlAsync("-q", "alarms"),
            local = await _api.CtlAsync("-q", "check_local_alarms"),
            any = await _api.CtlAsync("-q", "check_alarms");
        CliRun status = await _api.RunAsync("status");

        Assert.That((alarms.ExitCode, alarms.Output), Is.EqualTo((0, expected + "\n")));
        Assert.That((local.ExitCode, local.Error), Is.EqualTo((69, $"Error:\n{expected}\n")));
        Assert.That((any.ExitCode, any.Error), Is.EqualTo((69, $"Error:\n{expected}\n")));
        Assert.That((await _api.CtlAsync("status")).Output, Does.Contain($"\n\n{expected}\n\n"));
        Assert.That(
            status.Lines.Single(line => line.StartsWith("memory", StringComparison.Ordinal))
                .EndsWith("ALARM: publishers are blocked", StringComparison.Ordinal),
            Is.EqualTo(memory == "true"));
        Assert.That(
            status.Lines.Single(line => line.StartsWith("disk", StringComparison.Ordinal))
                .EndsWith("ALARM: publishers are blocked", StringComparison.Ordinal),
            Is.EqualTo(disk == "true"));
    }

    [TestCase("false", "not under maintenance")]
    [TestCase("true", "marked for maintenance")]
    public async Task Cluster_status_has_each_value_in_its_place(string isDrained, string maintenance)
    {
        _api.With("nodes", Node.Replace("\"being_drained\":false", $"\"being_drained\":{isDrained}", StringComparison.Ordinal));

        Assert.That(
            (await _api.CtlAsync("cluster_status")).Lines.Where(line => line.Contains(": ", StringComparison.Ordinal)),
            Is.EqualTo(new[]
            {
                "Cluster name: club",
                "rabbit@a: Shop 7.8.9 on Runtime 10",
                $"Node: rabbit@a, status: {maintenance}",
                "Node: rabbit@a, interface: [::1], port: 15672, protocol: http, purpose: HTTP API",
                "Node: rabbit@a, interface: 10.0.0.1, port: 5671, protocol: amqp/ssl, purpose: AMQP 0-9-1 over TLS",
                "Node: rabbit@a, interface: 127.0.0.1, port: 5672, protocol: amqp, purpose: AMQP 0-9-1",
                "Flag: quorum_queue, state: enabled",
                "Flag: other, state: disabled",
            }));
        JsonElement json = JsonDocument.Parse((await _api.CtlAsync("cluster_status", "--formatter", "json")).Output).RootElement;
        Assert.That(json.GetProperty("maintenance_status").GetRawText(), Is.EqualTo($$"""{"rabbit@a":"{{maintenance}}"}"""));
        Assert.That(
            (json.GetProperty("cluster_name").GetString(), json.GetProperty("versions").GetRawText()),
            Is.EqualTo(("club", """{"rabbit@a":{"rabbitmq_name":"Shop","rabbitmq_version":"7.8.9"}}""")));
    }

    [Test]
    public async Task The_overview_for_people_has_each_value_in_its_line()
    {
        CliRun run = await _api.RunAsync("status");

        Assert.That(run.Lines.Select(line => line.Split("  ", 2, StringSplitOptions.TrimEntries)), Is.EqualTo(new[]
        {
            new[] { "broker", $"Shop 7.8.9 at {_api.Url}" },
            ["node", "rabbit@a, cluster club"],
            ["process", "11, up 1 d 2 h"],
            ["memory", "2,861 MiB used, limit 4,768 MiB"],
            ["disk", "6,676 MiB free, limit 1,907 MiB"],
            ["data", "/data"],
            ["listeners", "http ::1:15672, amqp/ssl 10.0.0.1:5671, amqp 127.0.0.1:5672"],
            ["objects", "29 channels, 31 connections, 37 consumers, 41 exchanges, 43 queues"],
            ["messages", "47 in all, 53 ready, 59 unacknowledged"],
        }));
    }

    [TestCase(59_999, "59 s")]
    [TestCase(60_000, "1 min 0 s")]
    [TestCase(3_599_999, "59 min 59 s")]
    [TestCase(3_600_000, "1 h 0 min")]
    [TestCase(86_399_999, "23 h 59 min")]
    [TestCase(86_400_000, "1 d 0 h")]
    public async Task The_time_that_it_is_up_is_in_the_two_greatest_units(int milliseconds, string expected)
    {
        _api.With("nodes", Node.Replace("93784005", $"{milliseconds}", StringComparison.Ordinal));

        Assert.That((await _api.RunAsync("status")).Output, Does.Contain($" 11, up {expected}\n"));
    }

    [TestCase("health/checks/alarms", "alarms")]
    [TestCase("health/checks/virtual-hosts", "virtual hosts")]
    [TestCase("health/checks/protocol-listener/amqp", "amqp listener")]
    public async Task Health_says_which_check_fails_and_ends_with_69(string path, string name)
    {
        _api.With(path, """{"status":"failed","reason":"so it is"}""", 503);

        CliRun run = await _api.RunAsync("health"), json = await _api.RunAsync("health", "--json");

        Assert.That((run.ExitCode, json.ExitCode), Is.EqualTo((69, 69)));
        Assert.That(
            run.Lines.Where(line => !line.EndsWith(" ok", StringComparison.Ordinal))
                .Select(line => line.Split("  ", 2, StringSplitOptions.TrimEntries)),
            Is.EqualTo(new[] { new[] { name, "so it is" } }));
        Assert.That(
            JsonDocument.Parse(json.Output)
                .RootElement.EnumerateObject()
                .Where(check => check.Value.GetString() != "ok")
                .Select(check => check.Name),
            Is.EqualTo(new[] { name }));
    }

    [TestCase("node_health_check", "health/checks/alarms", 70, "Error:\nNode n failed health check: so it is\n")]
    [TestCase("check_virtual_hosts", "health/checks/virtual-hosts", 69, "Error:\nso it is\n")]
    [TestCase("check_certificate_expiration", "health/checks/certificate-expiration/4/weeks", 69, "Error:\nso it is\n")]
    [TestCase(
        "check_certificate_expiration --within 2 --unit Months", "health/checks/certificate-expiration/2/months", 69, "Error:\nso it is\n")]
    public async Task A_check_of_ctl_fails_with_what_the_API_says(string command, string path, int exitCode, string error)
    {
        CliRun passed = await _api.With(path, "{}").CtlAsync(["-q", .. command.Split(' ')]),
            failed = await _api.With(path, """{"reason":"so it is"}""", 503).CtlAsync(["-q", .. command.Split(' ')]);

        Assert.That(passed.ExitCode, Is.Zero, passed.Error);
        Assert.That((failed.ExitCode, failed.Output, failed.Error), Is.EqualTo((exitCode, "", error)));
    }

    [TestCase("check_protocol_listener amqps", "amqp/ssl", 0)]
    [TestCase("check_protocol_listener amqp0-9-1", "amqp", 0)]
    [TestCase("check_protocol_listener http1.1", "http", 0)]
    [TestCase("check_protocol_listener https", "https", 69)]
    public async Task A_protocol_is_known_by_its_names(string command, string protocol, int exitCode)
    {
        CliRun run = await _api.CtlAsync(["-q", .. command.Split(' ')]);

        Assert.That(run.ExitCode, Is.EqualTo(exitCode));
        Assert.That(run.Output + run.Error, Does.Contain($"istener for protocol {protocol} is "));
    }

    [Test]
    public async Task Ports_that_nobody_answers_are_named()
    {
        int port = new Uri(_api.Url).Port;
        _api.With(
            "overview",
            $$"""{"listeners":[{"node":"a","protocol":"http","ip_address":"0.0.0.0","port":{{port}}},{"node":"a","protocol":"amqp","ip_address":"127.0.0.1","port":1}]}""");

        CliRun run = await _api.CtlAsync("-q", "check_port_connectivity");

        Assert.That(
            (run.ExitCode, run.Error),
            Is.EqualTo((69, "Error:\nConnection to ports of the following listeners on node n failed: 1\n")));
    }

    [Test]
    public async Task Limits_are_guests_unless_another_user_is_named()
    {
        _api.With("users/guest", "{}")
            .With("user-limits/guest", """[{"user":"guest","value":{"max-channels":1}}]""")
            .With("users/jo", "{}")
            .With("user-limits/jo", "[]");

        Assert.That(
            (
                (await _api.CtlAsync("-q", "list_user_limits")).Output,
                (await _api.CtlAsync("-q", "list_user_limits", "--user", "jo")).Output),
            Is.EqualTo(("{\"max-channels\":1}\n", "{}\n")));
    }

    [Test]
    public async Task Connections_and_channels_have_each_value_in_its_column()
    {
        string[] connection =
        [
            "port", "peer_port", "state", "channels", "auth_mechanism", "user", "vhost", "timeout", "frame_max", "channel_max", "recv_oct",
            "recv_cnt", "send_oct", "send_cnt", "send_pend", "connected_at", "user_provided_name", "node", "type"
        ];
        string[] channel =
        [
            "number", "user", "vhost", "transactional", "confirm", "consumer_count", "messages_unacknowledged", "messages_uncommitted",
            "acks_uncommitted", "messages_unconfirmed", "prefetch_count", "global_prefetch_count", "state", "node"
        ];
        static string Fields(string[] names) => string.Join(',', names.Select(name => $"\"{name}\":\"of {name}\""));
        _api.With(
            "connections", $$"""[{"name":"c","protocol":"AMQP 0-9-1","host":"::1","peer_host":"2001:db8::a:7",{{Fields(connection)}}}]""")
            .With("channels", $$"""[{"name":"c (1)","connection_details":{"name":"c"},{{Fields(channel)}}}]""");

        Assert.That(
            (await _api.CtlAsync(["-s", "list_connections", "pid", "name", "host", "peer_host", .. connection])).Output,
            Is.EqualTo($"c\tc\t::1\t2001:db8::a:7\t{string.Join('\t', connection.Select(name => $"of {name}"))}\n"));
        Assert.That(
            (await _api.CtlAsync(["-s", "list_channels", "pid", "name", "connection", .. channel])).Output,
            Is.EqualTo($"c (1)\tc (1)\tc\t{string.Join('\t', channel.Select(name => $"of {name}"))}\n"));
        Assert.That(
            (await _api.CtlAsync("list_connections", "peer_host", "host", "--formatter", "json")).Output,
            Is.EqualTo("[\n{\"peer_host\":[8193,3512,0,0,0,0,10,7],\"host\":[0,0,0,0,0,0,0,1]}\n]\n"));
    }

    // If the HTTP API refuses the request, the command prints an error text and exits with a code.
    [TestCase(400, "404 no exchange 'x'", 67, "The broker refuses: 404 no exchange 'x'")]
    [TestCase(400, "so it is", 65, "The broker refuses: so it is")]
    [TestCase(400, "vhost_or_user_not_found", 67, "There is no virtual host '/'")]
    [TestCase(
        401, "Login failed", 77,
        "{0} refuses the login of 'guest'. Give name and password with --user and --password, "
            + "AMQPBROKER_USER and AMQPBROKER_PASSWORD, or a profile")]
    [TestCase(
        401, "", 77,
        "{0} refuses the login of 'guest'. Give name and password with --user and --password, "
            + "AMQPBROKER_USER and AMQPBROKER_PASSWORD, or a profile")]
    [TestCase(
        401, "Not monitor user", 77, "'guest' may not do that: Not monitor user. The request needs the tag monitoring or administrator")]
    [TestCase(
        401, "Not management user", 77,
        "'guest' may not do that: Not management user. A user of the HTTP API needs the tag management, "
            + "monitoring, policymaker or administrator")]
    [TestCase(403, "so it is", 77, "'guest' may not do that: so it is. An administrator can grant it with: amqpbroker permissions set")]
    [TestCase(404, "x: vhost_not_found", 67, "There is no such virtual host. See them with: amqpbroker vhosts")]
    [TestCase(404, "Not Found", 67, "There is no virtual host '/'")]
    [TestCase(405, "", 69, "The broker at {0} does not know this request; it may be of another version")]
    [TestCase(412, "so it is.", 65, "The broker refuses: so it is")]
    [TestCase(500, "so\\n\\nit\\nis", 70, "The broker failed with HTTP status 500: so: it is. Its log says more")]
    [TestCase(503, "", 69, "The broker cannot do that now: it gave no reason")]
    public async Task A_refusal_has_its_exit_code_and_its_words(int status, string reason, int exitCode, string message)
    {
        CliRun run = await _api.With("queues", $$"""{"error":"e","reason":"{{reason}}"}""", status).RunAsync("queues");

        Assert.That(
            (run.ExitCode, run.Output, run.Error),
            Is.EqualTo((exitCode, "", $"amqpbroker: {message.Replace("{0}", _api.Url, StringComparison.Ordinal)}.\n")));
    }
}
