using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>The checks of <c>rabbitmq-diagnostics</c> and <c>rabbitmq-queues</c>.</summary>
internal static class DiagnosticVerbs
{
    public static IReadOnlyList<CtlVerb> All { get; } =
    [
        Check("alarms", "", "Lists resource alarms (local or cluster-wide) in effect on the target node", call => AlarmsAsync(call, "any known", isCheck: false)),
        Check("check_alarms", "", "Health check that exits with a non-zero code if the target node reports any alarms, local or cluster-wide.", call => AlarmsAsync(call, "any local", isCheck: true)),
        Check("check_certificate_expiration", "--within <period> --unit <unit>", "Checks the expiration date on the certificates for every listener configured to use TLS", CertificatesAsync) with { Options = ["--within", "--unit"] },
        Check("check_if_node_is_quorum_critical", "", "Health check that exits with a non-zero code if there are queues with minimum online quorum", QuorumAsync),
        Check("check_local_alarms", "", "Health check that exits with a non-zero code if the target node reports any local alarms", LocalAlarmsAsync),
        Check("check_port_connectivity", "", "Basic TCP connectivity health check for each listener's port on the target node", ConnectivityAsync),
        Check("check_port_listener", "<port>", "Health check that exits with a non-zero code if target node does not have an active listener for given port", PortAsync, 1),
        Check("check_protocol_listener", "<protocol>", "Health check that exits with a non-zero code if target node does not have an active listener for given protocol", ProtocolAsync, 1),
        Check("check_running", "", "Health check that exits with a non-zero code if the RabbitMQ app on the target node is not running", call => RunningAsync(call, $"Checking if RabbitMQ is running on node {call.Node} ...")),
        Check("check_virtual_hosts", "", "Health check that checks if all vhosts are running in the target node", VirtualHostsAsync),
        Check("discover_peers", "", "Performs peer discovery and lists discovered nodes, if any", PeersAsync),
        Check("is_booting", "", "Checks if RabbitMQ is still booting on the target node", BootingAsync),
        Check("is_running", "", "Checks if RabbitMQ is fully booted and running on the target node", call => RunningAsync(call, $"Asking node {call.Node} for its status ...")),
        Check("listeners", "", "Lists active connection listeners (bound interface, port, protocol) on the target node", ListenersAsync),
        Check("memory_breakdown", "[--unit <unit>]", "Provides the memory usage of the target node; it is not broken down", MemoryAsync) with { Options = ["--unit"] },
        Check("server_version", "", "Displays the version of RabbitMQ that the target node is like", VersionAsync),
    ];

    private static CtlVerb Check(string name, string usage, string description, Func<CtlCall, Task> run, int arguments = 0) => new(name, usage, arguments, arguments, description, run) { Timeout = 60 };

    private static async Task RunningAsync(CtlCall call, string banner)
    {
        call.Announce(banner);
        await call.GetAsync("whoami");
        call.Say($"RabbitMQ on node {call.Node} is fully booted and running");
    }

    private static async Task BootingAsync(CtlCall call)
    {
        call.Announce($"Asking node {call.Node} for its boot status ...");
        await call.GetAsync("whoami"); // the HTTP API comes up last
        call.Say($"RabbitMQ on node {call.Node} is fully booted (check with is_running), stopped or has not started booting yet");
    }

    private static async Task AlarmsAsync(CtlCall call, string which, bool isCheck)
    {
        call.Announce($"Asking node {call.Node} to report {which} resource alarms ...");
        string[] alarms = NodeStatus.Alarms(await NodeStatus.NodeAsync(call));
        if (alarms.Length == 0)
            call.Say($"Node {call.Node} reported no alarms, local or clusterwide");
        else if (isCheck)
            throw CtlException.Error(ExitCode.Unavailable, string.Join('\n', alarms));
        else
            call.Say(string.Join('\n', alarms));
    }

    private static async Task LocalAlarmsAsync(CtlCall call)
    {
        call.Announce($"Asking node {call.Node} to report any local resource alarms ...");
        string[] alarms = NodeStatus.Alarms(await NodeStatus.NodeAsync(call));
        if (alarms.Length > 0)
            throw CtlException.Error(ExitCode.Unavailable, string.Join('\n', alarms));
        call.Say($"Node {call.Node} reported no local alarms");
    }

    private static async Task ConnectivityAsync(CtlCall call)
    {
        call.Announce($"Testing TCP connections to all active listeners on node {call.Node} ...");
        JsonElement[] listeners = await ListAsync(call);
        var failed = new List<string>();
        foreach (JsonElement listener in listeners)
        {
            // From another machine the address that it listens on may not be the one to reach it by.
            string host = call.Client.Login.Url.IsLoopback ? Reachable(listener.GetProperty("ip_address").GetString()!) : call.Client.Login.Url.Host;
            try
            {
                using var socket = new TcpClient();
                using var limit = new CancellationTokenSource(call.Timeout == Timeout.InfiniteTimeSpan ? TimeSpan.FromSeconds(60) : call.Timeout);
                await socket.ConnectAsync(host, listener.GetProperty("port").GetInt32(), limit.Token);
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException)
            {
                failed.Add(listener.GetProperty("port").ToString());
            }
        }
        if (failed.Count > 0)
            throw CtlException.Error(ExitCode.Unavailable, $"Connection to ports of the following listeners on node {call.Node} failed: {string.Join(", ", failed.Distinct())}");
        call.Say($"Successfully connected to ports {Ports(listeners)} on node {call.Node}.");
    }

    private static async Task PortAsync(CtlCall call)
    {
        if (!int.TryParse(call[0], NumberStyles.None, CultureInfo.InvariantCulture, out int port))
            throw CtlException.Usage(call.Input, call.Verb, "Bad argument.", ExitCode.Refused);
        call.Announce($"Asking node {call.Node} if there's an active listener on port {port} ...");
        JsonElement[] listeners = await ListAsync(call);
        if (!listeners.Any(listener => listener.GetProperty("port").GetInt32() == port))
            throw new CtlException(ExitCode.Unavailable, $"No listener for port {port} is active on node {call.Node}. Found listeners that use the following ports: {Ports(listeners)}");
        call.Say($"A listener for port {port} is running on node {call.Node}.");
    }

    private static async Task ProtocolAsync(CtlCall call)
    {
        call.Announce($"Asking node {call.Node} if there's an active listener for protocol {call[0]} ...");
        string[] protocols = [.. (await ListAsync(call)).Select(listener => listener.GetProperty("protocol").GetString()!).Distinct().Order(StringComparer.Ordinal)];
        string wanted = call[0].ToLowerInvariant() is "amqp091" or "amqp0.9.1" or "amqp0-9-1" ? "amqp" : call[0];
        if (!protocols.Contains(wanted))
            throw CtlException.Error(ExitCode.Unavailable, $"No listener for protocol {call[0]} is active on node {call.Node}. Found listeners for the following protocols: {string.Join(", ", protocols)}");
        call.Say($"A listener for protocol {call[0]} is running on node {call.Node}.");
    }

    private static async Task ListenersAsync(CtlCall call)
    {
        call.Announce($"Asking node {call.Node} to report its protocol listeners ...");
        JsonElement overview = await call.GetAsync("overview");
        if (call.Input.Formatter == "json")
            call.Output.WriteLine(JsonSerializer.Serialize(new Dictionary<string, object> { ["listeners"] = overview.GetProperty("listeners"), ["node"] = call.Node, ["result"] = "ok" }, CtlFormat.Json));
        else
            foreach (string listener in NodeStatus.Listeners(overview))
                call.Output.WriteLine($"I{listener[1..]}");
    }

    private static async Task VirtualHostsAsync(CtlCall call)
    {
        call.Announce($"Checking if all vhosts are running on node {call.Node} ...");
        ApiAnswer answer = await call.Client.AskAsync(HttpMethod.Get, "health/checks/virtual-hosts");
        if (!answer.IsSuccess)
            throw CtlException.Error(ExitCode.Unavailable, answer.Reason);
        call.Say($"Node {call.Node} reported all vhosts as running");
    }

    private static async Task CertificatesAsync(CtlCall call)
    {
        if (call.Input.Option("within") is null || call.Input.Option("unit") is not { } unit)
            throw CtlException.Usage(call.Input, call.Verb, "not enough arguments.");
        int within = call.Number("within", 0);
        call.Announce($"Checking certificate expiration on node {call.Node} ...");
        ApiAnswer answer = await call.Client.AskAsync(HttpMethod.Get, ApiPath.Of("health", "checks", "certificate-expiration", within.ToString(CultureInfo.InvariantCulture), unit));
        if (!answer.IsSuccess)
            throw CtlException.Error(ExitCode.Unavailable, answer.Reason);
        call.Say($"No certificates are expiring within {within} {(within == 1 ? unit.TrimEnd('s') : unit)}.");
    }

    private static async Task QuorumAsync(CtlCall call)
    {
        call.Announce($"Checking if node {call.Node} is critical for quorum of any quorum queues ...");
        await call.GetAsync("health/checks/node-is-quorum-critical");
        call.Say($"Node {call.Node} reported no quorum queues with minimum quorum");
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
        call.Say((await call.GetAsync("overview")).GetProperty("rabbitmq_version").GetString()!);
    }

    private static async Task MemoryAsync(CtlCall call)
    {
        call.Announce($"Reporting memory breakdown on node {call.Node}...");
        double used = (await NodeStatus.NodeAsync(call)).GetProperty("mem_used").GetDouble();
        call.Say($"total: {NodeStatus.Size(call, used)} (100.0%)");
    }

    private static async Task<JsonElement[]> ListAsync(CtlCall call) => [.. (await call.GetAsync("overview")).GetProperty("listeners").EnumerateArray()];

    private static string Ports(JsonElement[] listeners) => string.Join(", ", listeners.Select(listener => listener.GetProperty("port").GetInt32()).Distinct().Order());

    private static string Reachable(string address) => address is "0.0.0.0" ? "127.0.0.1" : address is "::" ? "::1" : address;
}
