using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>
/// The verbs of <c>amqpbroker ctl</c> for connections and channels. They print a name where RabbitMQ prints an Erlang process id.
/// </summary>
internal static class ConnectionVerbs
{
    private static readonly string[] _connectionColumns =
    [
        "pid", "name", "port", "host", "peer_port", "peer_host", "ssl", "ssl_protocol", "ssl_key_exchange", "ssl_cipher", "ssl_hash",
        "peer_cert_subject", "peer_cert_issuer",
        "peer_cert_validity", "state", "channels", "protocol", "auth_mechanism", "user", "vhost", "timeout", "frame_max", "channel_max",
        "client_properties", "recv_oct", "recv_cnt",
        "send_oct", "send_cnt", "send_pend", "connected_at", "user_provided_name", "node", "type",
    ];

    private static readonly JsonElement _version = new JsonArray(0, 9, 1).ToElement();

    private static readonly string[] _channelColumns =
    [
        "pid", "connection", "name", "number", "user", "vhost", "transactional", "confirm", "consumer_count", "messages_unacknowledged",
        "messages_uncommitted",
        "acks_uncommitted", "messages_unconfirmed", "prefetch_count", "global_prefetch_count", "state", "node",
    ];

    public static IReadOnlyList<CtlVerb> All { get; } =
    [
        new(
            "close_all_connections",
            "[--vhost <vhost> --limit <limit>] [-n <node> --global] [--per-connection-delay <delay>] [--limit <limit>] <explanation>",
            1,
            1,
            "Instructs the broker to close all connections for the specified vhost or entire node",
            CloseAllAsync)
        {
            Flags = ["--global"],
            Options = ["--limit", "--per-connection-delay"],
        },
        new(
            "close_all_user_connections", "<username> <explanation>", 2, 2,
            "Instructs the broker to close all connections of the specified user", CloseOfUserAsync),
        new(
            "close_connection", "<connection pid> <explanation>", 2, 2,
            "Instructs the broker to close the connection associated with the Erlang process id", CloseAsync),
        new("list_channels", "[--no-table-headers] [<column> ...]", 0, int.MaxValue, "Lists all channels in the node", ListChannelsAsync)
        {
            Flags = ["--no-table-headers"],
            Timeout = 60
        },
        new(
            "list_connections", "[--no-table-headers] [<column> ...] [--timeout <timeout>]", 0, int.MaxValue,
            "Lists AMQP 0.9.1 connections for the node", ListAsync)
        {
            Flags = ["--no-table-headers"],
            Timeout = 60
        },
    ];

    private static async Task ListAsync(CtlCall call)
    {
        string[] columns = CtlColumns.Of(call, _connectionColumns, "user", "peer_host", "peer_port", "state");
        call.Announce("Listing connections ...");
        JsonElement[] connections = await call.ListAsync("connections");
        CtlFormat.Print(
            call,
            columns,
            [.. connections.Select(connection => columns.Select(column => Cell(call, connection, column)).ToArray())],
            isStreamed: true);
    }

    private static JsonElement Cell(CtlCall call, JsonElement connection, string column) => column switch
    {
        "pid" => Field(connection, "name"),
        // RabbitMQ prints the protocol and the addresses as Erlang tuples, which become arrays in JSON.
        "protocol" when Field(connection, column).ToString() is "AMQP 0-9-1" =>
            call.IsForProgram ? _version : "{0,9,1}".ToElement(),
        "host" or "peer_host" when call.IsForProgram && IPAddress.TryParse(Field(connection, column).ToString(), out IPAddress? address) =>
            Parts(address).ToElement(),
        _ => Field(connection, column),
    };

    /// <summary>Returns the four octets of an IPv4 address, or the eight 16-bit words of an IPv6 address.</summary>
    private static JsonArray Parts(IPAddress address)
    {
        byte[] octets = address.GetAddressBytes();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? [.. octets.Select(octet => (JsonNode)octet)]
            : [.. octets.Chunk(2).Select(pair => (JsonNode)((pair[0] << 8) + pair[1]))];
    }

    private static async Task ListChannelsAsync(CtlCall call)
    {
        string[] columns = CtlColumns.Of(call, _channelColumns, "pid", "user", "consumer_count", "messages_unacknowledged");
        call.Announce("Listing channels ...");
        JsonElement[] channels = await call.ListAsync("channels");
        CtlFormat.Print(call, columns, [.. channels.Select(channel => columns.Select(column => column switch
        {
            "pid" => Field(channel, "name"),
            "connection" => Field(Field(channel, "connection_details"), "name"),
            _ => Field(channel, column),
        }).ToArray())], isStreamed: true);
    }

    private static async Task CloseAsync(CtlCall call)
    {
        call.Announce($"Closing connection {call[0]}, reason: {call[1]}...");
        if (!await CloseAsync(call, call[0], call[1]))
            throw CtlException.Error(
                ExitCode.Unavailable, $"There is no connection '{call[0]}'. Use a name that 'list_connections pid' shows");
    }

    private static async Task CloseAllAsync(CtlCall call)
    {
        bool isGlobal = call.Input.Has("global");
        int limit = call.Number("limit", 0), delay = call.Number("per-connection-delay", 0), closed = 0;
        call.Announce(
            $"Closing {(limit > 0 ? limit.ToString(CultureInfo.InvariantCulture) : "all")} connections "
                + $"in {(isGlobal ? $"node {call.Node}" : $"vhost {call.VirtualHost}")}, reason: {call[0]}...");
        JsonElement[] connections = await call.ListAsync(
            isGlobal ? "connections" : $"{ApiPath.Of("vhosts", call.VirtualHost)}/connections");
        foreach (string name in Names(connections).Take(limit > 0 ? limit : int.MaxValue))
        {
            closed += await CloseAsync(call, name, call[0]) ? 1 : 0;
            await Task.Delay(Math.Max(delay, 0));
        }
        call.SayValue($"Closed {closed} connections");
    }

    private static async Task CloseOfUserAsync(CtlCall call)
    {
        call.Announce($"Closing connections of user {call[0]}, reason: {call[1]}...");
        foreach (string name in Names(await call.ListAsync(ApiPath.Of("connections", "username", call[0]))))
            await CloseAsync(call, name, call[1]);
    }

    private static async Task<bool> CloseAsync(CtlCall call, string name, string reason)
    {
        ApiAnswer answer = await call.Client.AskAsync(HttpMethod.Delete, ApiPath.Of("connections", name), header: ("X-Reason", reason));
        return answer.IsSuccess || (answer.Status == HttpStatusCode.NotFound ? false : throw call.Refused(answer));
    }

    private static IEnumerable<string> Names(JsonElement[] connections) =>
        connections.Select(connection => connection.GetProperty("name").GetString()!);

    private static JsonElement Field(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out JsonElement value) ? value : default;
}
