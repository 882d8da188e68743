using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>The verbs of <c>amqpbroker ctl</c> for shovels.</summary>
internal static class ShovelVerbs
{
    // The columns of RabbitMQ's list, sorted by name, with the fields of the HTTP API.
    private static readonly (string Column, string Field)[] _columns =
    [
        ("destination", "dest_uri"), ("destination_exchange", "dest_exchange"), ("destination_exchange_key", "dest_exchange_key"),
        ("destination_protocol", "dest_protocol"), ("destination_queue", "dest_queue"), ("last_changed", "timestamp"), ("name", "name"),
        ("source", "src_uri"), ("source_exchange", "src_exchange"), ("source_exchange_key", "src_exchange_key"),
        ("source_protocol", "src_protocol"), ("source_queue", "src_queue"), ("state", "state"), ("termination_reason", "reason"),
        ("type", "type"), ("vhost", "vhost"),
    ];

    private static readonly string[] _always =
        ["destination", "last_changed", "name", "source", "state", "termination_reason", "type", "vhost"];

    public static IReadOnlyList<CtlVerb> All { get; } =
    [
        new("delete_shovel", "[--vhost <vhost>] <name>", 1, 1, "Deletes a Shovel.", DeleteAsync),
        new("restart_shovel", "[--vhost <vhost>] <name>", 1, 1, "Restarts a dynamic Shovel.", RestartAsync),
        new("shovel_status", "[--no-table-headers]", 0, 0, "Displays status of Shovel on a node.", StatusAsync)
        {
            Flags = ["--no-table-headers"],
        },
    ];

    private static async Task StatusAsync(CtlCall call)
    {
        call.Announce($"Shovel status on node {call.Node}");
        JsonElement[] rows = [.. (await call.ListAsync("shovels")).Select(Row)];
        string[] columns =
            [.. _columns.Select(column => column.Column).Where(column => rows.Any(row => row.TryGetProperty(column, out _)))];
        if (call.IsForProgram)
            CtlFormat.PrintObjects(call.Output, rows);
        else
            CtlFormat.Print(
                call, columns, [.. rows.Select(row => columns.Select(column => CtlJson.AsText(row, column)).ToArray())], isStreamed: false);
    }

    private static async Task RestartAsync(CtlCall call)
    {
        call.Announce($"Restarting dynamic Shovel {call[0]} in virtual host {call.VirtualHost} on node {call.Node}");
        await call.DeleteAsync(ApiPath.Of("shovels", "vhost", call.VirtualHost, call[0], "restart"), Missing(call));
    }

    private static async Task DeleteAsync(CtlCall call)
    {
        call.Announce($"Deleting shovel {call[0]} in vhost {call.VirtualHost}");
        await call.DeleteAsync(ApiPath.Of("shovels", "vhost", call.VirtualHost, call[0]), Missing(call));
    }

    private static CtlException Missing(CtlCall call) => CtlException.Error(
        ExitCode.Unavailable,
        $"Shovel with the given name was not found on the target node '{call.Node}' and / or virtual host '{call.VirtualHost}'");

    private static JsonElement Row(JsonElement shovel)
    {
        var row = new JsonObject();
        foreach (var (column, field) in _columns)
        {
            bool isSet = shovel.TryGetProperty(field, out var value);
            if (isSet || _always.Contains(column))
                row[column] = !isSet ? "" : column == "last_changed" ? Time(value.GetString()!) : value.GetString();
        }
        return JsonDocument.Parse(row.ToJsonString()).RootElement;
    }

    /// <summary>Adds the leading zero of the hour, which RabbitMQ's command line shows and its HTTP API does not.</summary>
    private static string Time(string text) =>
        DateTime.ParseExact(text, "yyyy-MM-dd H:mm:ss", CultureInfo.InvariantCulture)
            .ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
