using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Amqp.Server.Cli.Ctl;

/// <summary>The verbs of <c>rabbitmq-diagnostics</c> that list and check the broker's listeners.</summary>
internal static class ListenerVerbs
{
    public static IReadOnlyList<CtlVerb> All { get; } =
    [
        new(
            "check_port_connectivity", "", 0, 0, "Basic TCP connectivity health check for each listener's port on the target node",
            ConnectivityAsync)
        {
            Timeout = 60
        },
        new(
            "check_port_listener", "<port>", 1, 1,
            "Health check that exits with a non-zero code if target node does not have an active listener for given port", PortAsync)
        {
            Timeout = 60
        },
        new(
            "check_protocol_listener",
            "<protocol>",
            1,
            1,
            "Health check that exits with a non-zero code if target node does not have an active listener for given protocol",
            ProtocolAsync)
        {
            Timeout = 60
        },
        new("listeners", "", 0, 0, "Lists active connection listeners (bound interface, port, protocol) on the target node", ListAsync)
        {
            Timeout = 60
        },
    ];

    private static async Task ConnectivityAsync(CtlCall call)
    {
        call.Announce($"Testing TCP connections to all active listeners on node {call.Node} ...");
        ListenerView[] listeners = await FindAsync(call);
        var failed = new List<int>();
        foreach (ListenerView listener in listeners)
        {
            // If the broker runs on another machine, a listener's address may be unreachable. The host of the HTTP API's URL is used then.
            string host = call.Client.Login.Url.IsLoopback ? Reachable(listener.Address) : call.Client.Login.Url.Host;
            try
            {
                using var socket = new TcpClient();
                using var limit = new CancellationTokenSource(
                    call.Timeout == Timeout.InfiniteTimeSpan ? TimeSpan.FromSeconds(60) : call.Timeout);
                await socket.ConnectAsync(host, listener.Port, limit.Token);
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException)
            {
                failed.Add(listener.Port);
            }
        }
        if (failed.Count > 0)
            throw CtlException.Error(
                ExitCode.Unavailable,
                $"Connection to ports of the following listeners on node {call.Node} failed: {string.Join(", ", failed.Distinct())}");
        call.Say(
            $"Successfully connected to ports {Ports(listeners)} on node {call.Node}.",
            new() { ["listeners"] = Fields(listeners), ["node"] = call.Node, ["result"] = "ok" });
    }

    private static async Task PortAsync(CtlCall call)
    {
        int port = CtlArguments.PositiveNumber(call, 0);
        call.Announce($"Asking node {call.Node} if there's an active listener on port {port} ...");
        ListenerView[] listeners = await FindAsync(call);
        if (!listeners.Any(listener => listener.Port == port))
        {
            throw Failed(
                call,
                $"No listener for port {port} is active on node {call.Node}. Found listeners that use "
                    + $"the following ports: {Ports(listeners)}",
                new()
                {
                    ["listeners"] = Fields(listeners),
                    ["missing"] = call[0],
                    ["ports"] = listeners.Select(listener => listener.Port).Distinct().Select(port => (JsonNode)port).ToNode(),
                    ["result"] = "error"
                });
        }
        call.Say(
            $"A listener for port {port} is running on node {call.Node}.",
            new() { ["node"] = call.Node, ["port"] = call[0], ["result"] = "ok" });
    }

    private static async Task ProtocolAsync(CtlCall call)
    {
        call.Announce($"Asking node {call.Node} if there's an active listener for protocol {call[0]} ...");
        ListenerView[] listeners = await FindAsync(call);
        string[] protocols = [.. listeners.Select(listener => listener.Protocol).Distinct().Order(StringComparer.Ordinal)];
        string wanted = call[0].ToLowerInvariant() switch
        {
            "amqp091" or "amqp0.9.1" or "amqp0-9-1" => "amqp",
            "amqps" => "amqp/ssl",
            "http1.1" => "http",
            var protocol => protocol,
        };
        if (!protocols.Contains(wanted))
        {
            throw Failed(
                call,
                $"Error:\nNo listener for protocol {wanted} is active on node {call.Node}. Found "
                    + $"listeners for the following protocols: {string.Join(", ", protocols)}",
                new()
                {
                    ["listeners"] = Fields(listeners),
                    ["missing"] = wanted,
                    ["protocols"] = protocols.ToNode(),
                    ["result"] = "error"
                });
        }
        call.Say(
            $"A listener for protocol {wanted} is running on node {call.Node}.",
            new() { ["node"] = call.Node, ["protocol"] = wanted, ["result"] = "ok" });
    }

    private static async Task ListAsync(CtlCall call)
    {
        call.Announce($"Asking node {call.Node} to report its protocol listeners ...");
        ListenerView[] listeners = await FindAsync(call);
        call.Say(
            string.Join('\n', listeners.Select(listener => $"I{listener.ToString()[1..]}")),
            new() { ["listeners"] = Fields(listeners), ["node"] = call.Node, ["result"] = "ok" });
    }

    private static async Task<ListenerView[]> FindAsync(CtlCall call) => ListenerView.Of(await call.GetAsync("overview"));

    private static CtlException Failed(CtlCall call, string text, JsonObject fields) =>
        new(ExitCode.Unavailable, call.IsForProgram ? fields.ToText() : text);

    private static JsonArray Fields(ListenerView[] listeners) => listeners.Select(listener => listener.Fields).ToNode();

    private static string Ports(ListenerView[] listeners) =>
        string.Join(", ", listeners.Select(listener => listener.Port).Distinct().Order());

    // A listener on :: also accepts IPv4. The name localhost resolves to both families, because a container may lack ::1.
    private static string Reachable(string address) => address is "0.0.0.0" ? "127.0.0.1" : address is "::" ? "localhost" : address;
}
