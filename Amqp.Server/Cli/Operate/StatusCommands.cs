using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>The commands <c>amqpbroker status</c> and <c>health</c>.</summary>
internal static class StatusCommands
{
    private const double Mebibyte = 1024 * 1024;

    private static readonly (string Name, string Path)[] _checks =
    [
        ("login", "whoami"),
        ("alarms", "health/checks/alarms"),
        ("virtual hosts", "health/checks/virtual-hosts"),
        ("amqp listener", "health/checks/protocol-listener/amqp"),
    ];

    public static Command Status(CommandSet set) =>
        set.Create("status", "Show version, resources, alarms and totals of the broker.", async context =>
        {
            ApiAnswer answer = await context.Client.AskAsync(HttpMethod.Get, "overview", cancellation: context.Cancellation);
            if (!answer.IsSuccess)
                throw answer.Status == System.Net.HttpStatusCode.NotFound
                    ? ApiFailure.NoApi(context.Client.Login)
                    : ApiFailure.Of(context.Client.Login, answer, "overview");
            JsonElement overview = answer.Json;
            // The broker refuses this request to users without the tag monitoring. The status then has no lines about the node.
            ApiAnswer nodes = await context.Client.AskAsync(HttpMethod.Get, "nodes", cancellation: context.Cancellation);
            JsonElement? node = nodes.IsSuccess ? nodes.Json.EnumerateArray().FirstOrDefault() : null;
            if (context.Get(CommonOptions.Json))
            {
                context.Print(new JsonObject { ["overview"] = overview.ToNode(), ["node"] = node?.ToNode() }.ToElement());
                return;
            }
            Line(context, "broker", $"{Text(overview, "product_name")} {Text(overview, "product_version")} at {context.Client.Login}");
            // The overview names the node only for users with the tag monitoring.
            if (overview.TryGetProperty("node", out JsonElement name))
                Line(context, "node", $"{name}, cluster {Text(overview, "cluster_name")}");
            if (node is { } running)
                PrintNode(context, running);
            if (overview.TryGetProperty("listeners", out JsonElement listeners))
                Line(context, "listeners", string.Join(", ", listeners.EnumerateArray().Select(listener =>
                    $"{Text(listener, "protocol")} {Text(listener, "ip_address")}:{Text(listener, "port")}")));
            PrintTotals(context, "objects", overview.GetProperty("object_totals"));
            PrintTotals(context, "messages", overview.GetProperty("queue_totals"));
        }, CommonOptions.Json);

    public static Command Health(CommandSet set)
    {
        var command = new Command("health", "Check the health of the broker; the exit code is 0 if all checks pass, else 69.");
        set.Act(command, CheckAsync, CommonOptions.Json);
        return command;
    }

    private static async Task<int> CheckAsync(CommandContext context)
    {
        var results = new Dictionary<string, string>();
        foreach (var (name, path) in _checks)
        {
            ApiAnswer answer = await context.Client.AskAsync(HttpMethod.Get, path, cancellation: context.Cancellation);
            if (!answer.IsSuccess && answer.Status != System.Net.HttpStatusCode.ServiceUnavailable)
                throw ApiFailure.Of(context.Client.Login, answer, $"health check at {path}");
            results[name] = answer.IsSuccess ? "ok" : answer.Reason;
        }
        if (context.Get(CommonOptions.Json))
            context.Print(new JsonObject(results.Select(result => KeyValuePair.Create(result.Key, (JsonNode?)result.Value))).ToElement());
        else
            foreach (var (name, result) in results)
                Line(context, name, result);
        return results.Values.All(result => result == "ok") ? ExitCode.Ok : ExitCode.Unavailable;
    }

    private static void PrintTotals(CommandContext context, string name, JsonElement totals)
    {
        // RabbitMQ returns an empty array instead of an object while it has counted nothing.
        if (totals.ValueKind == JsonValueKind.Object)
            Line(context, name, string.Join(", ", totals.EnumerateObject()
                .Where(count => count.Value.ValueKind == JsonValueKind.Number)
                .Select(count => $"{count.Value.GetRawText()} {Word(count.Name)}")));
    }

    private static void PrintNode(CommandContext context, JsonElement node)
    {
        Line(context, "process", $"{Text(node, "os_pid")}, up {Duration(node)}");
        Line(
            context,
            "memory",
            $"{Size(node, "mem_used")} used, limit {Size(node, "mem_limit")}"
                + $"{(Flag(node, "mem_alarm") ? ", ALARM: publishers are blocked" : "")}");
        Line(
            context,
            "disk",
            $"{Size(node, "disk_free")} free, limit {Size(node, "disk_free_limit")}"
                + $"{(Flag(node, "disk_free_alarm") ? ", ALARM: publishers are blocked" : "")}");
        if (node.TryGetProperty("db_dir", out JsonElement folder))
            Line(context, "data", folder.ToString());
    }

    private static void Line(CommandContext context, string name, string value) => context.Output.WriteLine($"{name,-13}  {value}");

    private static string Text(JsonElement item, string field) =>
        item.TryGetProperty(field, out JsonElement value) ? value.ToString() : "?";

    private static bool Flag(JsonElement item, string field) =>
        item.TryGetProperty(field, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    private static string Size(JsonElement item, string field) =>
        item.TryGetProperty(field, out JsonElement value) && value.TryGetDouble(out double bytes)
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes / Mebibyte:N0} MiB")
            : "?";

    private static string Duration(JsonElement node)
    {
        TimeSpan up = TimeSpan.FromMilliseconds(node.TryGetProperty("uptime", out JsonElement value) ? value.GetInt64() : 0);
        return up.TotalDays >= 1
            ? $"{up.Days} d {up.Hours} h"
            : up.TotalHours >= 1
                ? $"{up.Hours} h {up.Minutes} min"
                : up.TotalMinutes >= 1 ? $"{up.Minutes} min {up.Seconds} s" : $"{up.Seconds} s";
    }

    private static string Word(string count) => count switch
    {
        "messages" => "in all",
        "messages_ready" => "ready",
        "messages_unacknowledged" => "unacknowledged",
        _ => count,
    };
}
