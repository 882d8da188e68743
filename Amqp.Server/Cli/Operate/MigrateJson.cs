using System.Text.Json.Nodes;
using Amqp.Server.Migration;

namespace Amqp.Server.Cli.Operate;

/// <summary>The parts of a migration's JSON document.</summary>
internal static class MigrateJson
{
    /// <summary>Returns the number of definitions of each kind.</summary>
    public static JsonObject Counts(JsonObject definitions)
    {
        var counts = new JsonObject();
        foreach ((string part, JsonNode? items) in definitions)
            counts[part] = (items as JsonArray)?.Count ?? 0;
        return counts;
    }

    public static JsonNode Of(QueueFacts queue) => new JsonObject
    {
        ["vhost"] = queue.Key.VirtualHost,
        ["name"] = queue.Key.Name,
        ["type"] = queue.Type,
        ["durable"] = queue.IsDurable,
        ["messages_ready"] = queue.Ready,
        ["messages_unacknowledged"] = queue.Unacknowledged,
        ["message_bytes"] = queue.Bytes,
    };

    public static JsonNode Of(PlanNote note) => new JsonObject
    {
        ["kind"] = note.Kind,
        ["count"] = note.Count,
        ["text"] = note.Text,
        ["names"] = note.Names.ToNode(),
    };

    public static JsonNode Of(QueueReport report) => new JsonObject
    {
        ["vhost"] = report.Queue.VirtualHost,
        ["name"] = report.Queue.Name,
        ["moved"] = report.Moved,
        ["moved_in_all"] = report.MovedInAll,
        ["left_ready"] = report.Ready,
        ["left_unacknowledged"] = report.Unacknowledged,
        ["at_target"] = report.AtTarget,
        ["refused"] = report.Refused,
        ["expiring"] = report.Expiring,
        ["complete"] = report.IsComplete,
        ["comparison"] = report.Result,
    };
}
