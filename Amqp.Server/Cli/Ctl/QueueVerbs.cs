using System.Globalization;
using System.Net;
using System.Text.Json;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>The verbs of <c>amqpbroker ctl</c> for queues.</summary>
internal static class QueueVerbs
{
    private static readonly string[] _known =
    [
        "arguments", "auto_delete", "consumer_capacity", "consumer_utilisation", "consumers", "disk_reads", "disk_writes", "durable",
        "effective_policy_definition", "exclusive",
        "exclusive_consumer_pid", "exclusive_consumer_tag", "head_message_timestamp", "leader", "members", "memory", "message_bytes",
        "message_bytes_persistent",
        "message_bytes_ram", "message_bytes_ready", "message_bytes_unacknowledged", "messages", "messages_persistent", "messages_ram",
        "messages_ready",
        "messages_quarantined", "messages_ready_ram", "messages_unacknowledged", "messages_unacknowledged_ram", "name", "online",
        "operator_policy", "owner_pid", "pid", "policy",
        "slave_pids", "state", "synchronised_slave_pids", "type", "vhost",
    ];

    private static readonly string[] _knownOfUnresponsive = ["name", "durable", "auto_delete", "arguments", "pid", "recoverable_slaves"];

    public static IReadOnlyList<CtlVerb> All { get; } =
    [
        new(
            "delete_queue", "[--vhost <vhost>] <queue_name> [--if-empty|-e] [--if-unused|-u] [--timeout <timeout>]", 1, 1,
            "Deletes a queue", DeleteAsync)
        {
            Flags = ["--if-empty", "--if-unused", "-e", "-u"],
        },
        new(
            "list_queues", "[--vhost <vhost>] [--online] [--offline] [--local] [--no-table-headers] [<column>, ...] [--timeout <timeout>]",
            0, int.MaxValue, "Lists queues and their properties", ListAsync)
        {
            Flags = ["--online", "--offline", "--local", "--no-table-headers"],
            Timeout = 60,
        },
        new(
            "list_unresponsive_queues", "[--local] [--queue-timeout <milliseconds>] [<column> ...] [--no-table-headers]", 0, int.MaxValue,
            "Tests queues to respond within timeout. Lists those which did not respond", ListUnresponsiveAsync)
        {
            Flags = ["--local", "--no-table-headers"],
            Options = ["--queue-timeout"],
        },
        new("purge_queue", "[--vhost <vhost>] <queue>", 1, 1, "Purges a queue (removes all messages in it)", PurgeAsync),
        new(
            "rebalance", "<all | classic | quorum> [--vhost-pattern <pattern>] [--queue-pattern <pattern>]", 1, 1,
            "Rebalances queue leaders; with one node there is nothing to do", RebalanceAsync)
        {
            Options = ["--vhost-pattern", "--queue-pattern"],
        },
        new("restart_queue", "[--vhost <vhost>] <queue>", 1, 1, "Restarts a crashed queue", RestartAsync),
    ];

    private static async Task ListAsync(CtlCall call)
    {
        string[] columns = CtlColumns.Of(call, _known, "name", "messages");
        string timeout = call.Timeout == Timeout.InfiniteTimeSpan
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"Timeout: {call.Timeout.TotalSeconds:0.0##} seconds ...\n");
        call.Announce($"{timeout}Listing queues for vhost {call.VirtualHost} ...");
        // A cluster of this broker has one node, which is online. So no queue is offline.
        JsonElement[] queues = call.Input.Has("offline") && !call.Input.Has("online")
            ? []
            : await call.ListAsync(ApiPath.Of("queues", call.VirtualHost));
        CtlFormat.Print(
            call, columns, [.. queues.Select(queue => columns.Select(column => Cell(queue, column)).ToArray())], isStreamed: true);
    }

    private static JsonElement Cell(JsonElement queue, string column) => column switch
    {
        "arguments" => CtlArguments.Of(queue),
        "owner_pid" => ListColumnOf(queue, "owner_pid_details", "name"),
        "effective_policy_definition" when queue.TryGetProperty(column, out JsonElement definition) => CtlJson.Sorted(definition),
        "leader" => IsQuorum(queue) && queue.TryGetProperty("node", out JsonElement node) ? node : default,
        "members" or "online" when !queue.TryGetProperty(column, out _) =>
            IsQuorum(queue) && queue.TryGetProperty("node", out JsonElement only)
                ? new[] { only }.ToElement()
                : default,
        _ => queue.TryGetProperty(column, out JsonElement value) ? value : default,
    };

    /// <summary>True for a quorum queue. Lists show a leader and members only for quorum queues.</summary>
    private static bool IsQuorum(JsonElement queue) => queue.TryGetProperty("type", out JsonElement type) && type.GetString() == "quorum";

    private static JsonElement ListColumnOf(JsonElement item, string holder, string field) =>
        item.TryGetProperty(holder, out JsonElement inner)
            && inner.ValueKind == JsonValueKind.Object
            && inner.TryGetProperty(field, out JsonElement value)
            ? value
            : default;

    private static async Task ListUnresponsiveAsync(CtlCall call)
    {
        string[] columns = CtlColumns.Of(call, _knownOfUnresponsive, "name");
        call.Announce($"Listing unresponsive queues for vhost {call.VirtualHost} ...");
        // The list is always empty. The request only checks that the broker responds and accepts the login.
        await call.GetAsync("whoami");
        CtlFormat.Print(call, columns, [], isStreamed: true);
    }

    private static async Task DeleteAsync(CtlCall call)
    {
        string name = call[0], host = call.VirtualHost;
        if (name.Length == 0)
            throw CtlException.BadArgument(call, "queue name cannot be an empty string");
        string path = ApiPath.Of("queues", host, name);
        bool ifEmpty = call.Input.Has("if-empty") || call.Input.Has("e"), ifUnused = call.Input.Has("if-unused") || call.Input.Has("u");
        string condition = (ifEmpty, ifUnused) switch
        {
            (true, true) => "if queue is empty and if queue is unused ",
            (true, false) => "if queue is empty ",
            (false, true) => "if queue is unused ",
            _ => "",
        };
        call.Announce($"Deleting queue '{name}' on vhost '{host}' {condition}...");
        JsonElement queue = await call.FindAsync(path) ?? throw Missing();
        ApiAnswer answer = await call.Client.AskAsync(
            HttpMethod.Delete, $"{path}?if-empty={(ifEmpty ? "true" : "false")}&if-unused={(ifUnused ? "true" : "false")}");
        if (answer.Status == HttpStatusCode.NotFound)
            throw Missing();
        if (answer.Status == HttpStatusCode.BadRequest && answer.Reason.Contains("not empty", StringComparison.Ordinal))
            throw CtlException.Error(ExitCode.Usage, "Queue is not empty");
        if (answer.Status == HttpStatusCode.BadRequest && answer.Reason.Contains("in use", StringComparison.Ordinal))
            throw CtlException.Error(ExitCode.Usage, "Queue is in use");
        if (!answer.IsSuccess)
            throw call.Refused(answer);
        call.Say(
            "Queue was successfully deleted with "
                + $"{(queue.TryGetProperty("messages_ready", out JsonElement ready) ? ready.GetRawText() : "0")} ready messages");
    }

    private static CtlException Missing() => CtlException.Error(ExitCode.Usage, "Queue not found");

    private static async Task PurgeAsync(CtlCall call)
    {
        call.Announce($"Purging queue '{call[0]}' in vhost '{call.VirtualHost}' ...");
        await call.DeleteAsync(
            $"{ApiPath.Of("queues", call.VirtualHost, call[0])}/contents", CtlException.Error(ExitCode.Unavailable, "not_found"));
    }

    private static async Task RestartAsync(CtlCall call)
    {
        call.Announce($"Restarting queue '{call[0]}' in vhost '{call.VirtualHost}' ...");
        ApiAnswer answer = await call.Client.AskAsync(HttpMethod.Put, $"{ApiPath.Of("queues", call.VirtualHost, call[0])}/restart");
        if (answer.Status == HttpStatusCode.NotFound)
            throw Missing();
        if (!answer.IsSuccess)
            throw call.Refused(answer);
    }

    private static async Task RebalanceAsync(CtlCall call)
    {
        if (call[0] is not ("all" or "classic" or "quorum"))
            throw CtlException.Error(ExitCode.Unavailable, $"type {call[0]} is not supported. Try one of all, classic, quorum.");
        call.Announce($"Re-balancing leaders of {call[0]} queues...");
        await call.GetAsync("whoami");
    }
}
