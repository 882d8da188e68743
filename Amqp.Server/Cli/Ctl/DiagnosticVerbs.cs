using System.Globalization;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>The verbs of <c>rabbitmq-diagnostics</c> and <c>rabbitmq-queues</c> that check the broker's health.</summary>
internal static class DiagnosticVerbs
{
    private static readonly string[] _periods = ["days", "weeks", "months", "years"];

    public static IReadOnlyList<CtlVerb> All { get; } =
    [
        Check("alarms", "", "Lists resource alarms (local or cluster-wide) in effect on the target node", call =>
            AlarmsAsync(call, "any known", isCheck: false)),
        Check(
            "check_alarms",
            "",
            "Health check that exits with a non-zero code if the target node reports any alarms, local or cluster-wide.",
            call => AlarmsAsync(call, "any local", isCheck: true)),
        Check(
            "check_certificate_expiration",
            "[--within <period>] [--unit <unit>]",
            "Checks the expiration date on the certificates for every listener configured to use TLS",
            CertificatesAsync) with { Options = ["--within", "--unit"] },
        Check(
            "check_if_node_is_quorum_critical",
            "",
            "Health check that exits with a non-zero code if there are queues with minimum online quorum",
            QuorumAsync),
        Check(
            "check_local_alarms",
            "",
            "Health check that exits with a non-zero code if the target node reports any local alarms",
            LocalAlarmsAsync),
        Check(
            "check_running",
            "",
            "Health check that exits with a non-zero code if the RabbitMQ app on the target node is not running",
            call => RunningAsync(call, $"Checking if RabbitMQ is running on node {call.Node} ...", result: null)),
        Check("check_virtual_hosts", "", "Health check that checks if all vhosts are running in the target node", VirtualHostsAsync),
        Check("discover_peers", "", "Performs peer discovery and lists discovered nodes, if any", PeersAsync),
        Check("is_booting", "", "Checks if RabbitMQ is still booting on the target node", BootingAsync),
        Check("is_running", "", "Checks if RabbitMQ is fully booted and running on the target node", call =>
            RunningAsync(call, $"Asking node {call.Node} for its status ...", result: true)),
        Check(
            "memory_breakdown",
            "[--unit <unit>]",
            "Provides the total memory usage of the target node, without a breakdown",
            MemoryAsync) with { Options = ["--unit"] },
        Check("server_version", "", "Displays the version of RabbitMQ that the target node is compatible with", VersionAsync),
    ];

    private static CtlVerb Check(string name, string usage, string description, Func<CtlCall, Task> run) =>
        new(name, usage, 0, 0, description, run) { Timeout = 60 };

    private static async Task RunningAsync(CtlCall call, string banner, bool? result)
    {
        call.Announce(banner);
        await call.GetAsync("whoami");
        string text = $"RabbitMQ on node {call.Node} is fully booted and running";
        call.Say(text, result is null ? null : new() { ["message"] = text, ["result"] = result });
    }

    private static async Task BootingAsync(CtlCall call)
    {
        call.Announce($"Asking node {call.Node} for its boot status ...");
        await call.GetAsync("whoami"); // the HTTP API starts last, so a response means that the whole broker has started
        string text = $"RabbitMQ on node {call.Node} is fully booted (check with is_running), stopped or has not started booting yet";
        call.Say(text, new() { ["message"] = text, ["result"] = false });
    }

    private static async Task AlarmsAsync(CtlCall call, string which, bool isCheck)
    {
        call.Announce($"Asking node {call.Node} to report {which} resource alarms ...");
        string[] alarms = NodeStatus.Alarms(await NodeStatus.NodeAsync(call));
        string text = alarms.Length == 0 ? $"Node {call.Node} reported no alarms, local or clusterwide" : string.Join('\n', alarms);
        if (!isCheck)
            call.Say(text, new() { ["alarms"] = alarms.ToNode(), ["node"] = call.Node, ["result"] = "ok" });
        else if (alarms.Length > 0)
            throw CtlException.Error(ExitCode.Unavailable, text);
        else
            Pass(call, text);
    }

    private static async Task LocalAlarmsAsync(CtlCall call)
    {
        call.Announce($"Asking node {call.Node} to report any local resource alarms ...");
        string[] alarms = NodeStatus.Alarms(await NodeStatus.NodeAsync(call));
        if (alarms.Length > 0)
            throw CtlException.Error(ExitCode.Unavailable, string.Join('\n', alarms));
        Pass(call, $"Node {call.Node} reported no local alarms");
    }

    /// <summary>Prints the result of a passed check, unless the option <c>--silent</c> is set.</summary>
    private static void Pass(CtlCall call, string text)
    {
        if (!call.Input.IsSilent || call.IsForProgram)
            call.Say(text, new() { ["result"] = "ok" });
    }

    private static async Task VirtualHostsAsync(CtlCall call)
    {
        call.Announce($"Checking if all vhosts are running on node {call.Node} ...");
        ApiAnswer answer = await call.Client.AskAsync(HttpMethod.Get, "health/checks/virtual-hosts");
        if (!answer.IsSuccess)
            throw CtlException.Error(ExitCode.Unavailable, answer.Reason);
        Pass(call, $"Node {call.Node} reported all vhosts as running");
    }

    private static async Task CertificatesAsync(CtlCall call)
    {
        string unit = call.Input.Option("unit") ?? "weeks";
        if (!_periods.Contains(unit.ToLowerInvariant()))
            throw CtlException.Usage(
                call.Input, call.Verb, $"\"unit '{unit}' is not supported. Please use one of: {string.Join(", ", _periods)}\"");
        int within = call.Number("within", 4);
        call.Announce($"Checking certificate expiration on node {call.Node} ...");
        ApiAnswer answer = await call.Client.AskAsync(HttpMethod.Get, ApiPath.Of(
            "health", "checks", "certificate-expiration", within.ToString(CultureInfo.InvariantCulture), unit.ToLowerInvariant()));
        if (!answer.IsSuccess)
            throw CtlException.Error(ExitCode.Unavailable, answer.Reason);
        call.Say($"No certificates are expiring within {within} {(within == 1 ? unit.TrimEnd('s') : unit)}.", new() { ["result"] = "ok" });
    }

    private static async Task QuorumAsync(CtlCall call)
    {
        call.Announce($"Checking if node {call.Node} is critical for quorum of any quorum queues ...");
        await call.GetAsync("health/checks/node-is-quorum-critical");
        if (call.IsForProgram)
            call.Say("", new()
            {
                ["message"] = "Target node seems to be the only one in a single node cluster, the check does not apply",
                ["result"] = "ok"
            });
        else
            Pass(call, $"Node {call.Node} seems to be the only one in a single node cluster, the check does not apply");
    }

    private static async Task PeersAsync(CtlCall call)
    {
        call.Announce("Discovering peers nodes ...");
        await call.GetAsync("whoami");
        call.Say("No peers discovered");
    }

    private static async Task VersionAsync(CtlCall call)
    {
        call.Announce($"Asking node {call.Node} for its RabbitMQ version...");
        string version = (await call.GetAsync("overview")).GetProperty("rabbitmq_version").GetString()!;
        call.Say(version, new() { ["result"] = "ok", ["value"] = version });
    }

    private static async Task MemoryAsync(CtlCall call)
    {
        NodeStatus.DemandUnit(call);
        call.Announce($"Reporting memory breakdown on node {call.Node}...");
        double used = (await NodeStatus.NodeAsync(call)).GetProperty("mem_used").GetDouble();
        call.Say(
            $"total: {NodeStatus.Size(call, used)} (100.0%)",
            new() { ["total"] = new JsonObject { ["bytes"] = used, ["percentage"] = 100.0 } });
    }
}
