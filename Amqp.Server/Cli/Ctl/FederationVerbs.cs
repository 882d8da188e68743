using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>The verbs of <c>amqpbroker ctl</c> for federation links.</summary>
internal static class FederationVerbs
{
    // RabbitMQ's columns, sorted by name. The HTTP API has the same fields, except for the time.
    private static readonly string[] _columns =
    [
        "consumer_tag", "error", "exchange", "id", "last_changed", "local_connection", "queue", "status", "type", "upstream",
        "upstream_exchange", "upstream_queue", "uri", "vhost",
    ];

    public static IReadOnlyList<CtlVerb> All { get; } =
    [
        new("federation_status", "[--only-down]", 0, 0, "Displays federation link status", StatusAsync) { Flags = ["--only-down"] },
        new("restart_federation_link", "<link_id>", 1, 1, "Restarts a running federation link", RestartAsync),
    ];

    private static async Task StatusAsync(CtlCall call)
    {
        bool isDown = call.Input.Has("only-down");
        call.Announce($"Listing federation links{(isDown ? " which are down" : "")} on node {call.Node}...");
        JsonElement[] rows = [.. (await call.ListAsync(isDown ? "federation-links/state/down" : "federation-links")).Select(Row)];
        if (call.IsForProgram)
            CtlFormat.PrintObjects(call.Output, rows);
        else if (call.Input.Option("formatter") is null)
            ErlangList.Print(call.Output, rows, atoms: ["status", "type"]);
        else
            CtlFormat.Print(
                call, _columns, [.. rows.Select(row => _columns.Select(column => CtlJson.AsText(row, column)).ToArray())],
                isStreamed: true);
    }

    private static async Task RestartAsync(CtlCall call)
    {
        call.Announce($"Restarting federation link {call[0]} on node {call.Node}");
        var missing = CtlException.Error(ExitCode.Unavailable, "Link with the given ID was not found");
        var links = await call.ListAsync("federation-links");
        var link = Array.Find(links, link => link.GetProperty("id").GetString() == call[0]);
        if (link.ValueKind != JsonValueKind.Object)
            throw missing;
        string virtualHost = link.GetProperty("vhost").GetString()!, node = link.GetProperty("node").GetString()!;
        await call.DeleteAsync(ApiPath.Of("federation-links", "vhost", virtualHost, call[0], node, "restart"), missing);
    }

    private static JsonElement Row(JsonElement link)
    {
        var row = new JsonObject();
        foreach (string column in _columns)
        {
            string field = column == "last_changed" ? "timestamp" : column;
            if (link.TryGetProperty(field, out var value))
                row[column] = column == "last_changed" ? Time(value.GetString()!) : value.GetString();
            else if (column != "consumer_tag")
                row[column] = ""; // RabbitMQ's links of exchanges have no consumer tag, and an empty text for other missing fields
        }
        return JsonDocument.Parse(row.ToJsonString()).RootElement;
    }

    /// <summary>Adds the leading zero of the hour, which RabbitMQ's command line shows and its HTTP API does not.</summary>
    private static string Time(string text) =>
        DateTime.ParseExact(text, "yyyy-MM-dd H:mm:ss", CultureInfo.InvariantCulture)
            .ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
