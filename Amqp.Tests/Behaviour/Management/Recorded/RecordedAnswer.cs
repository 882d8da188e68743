using System.Text.Json;
using System.Text.Json.Nodes;

namespace Amqp.Tests.Behaviour.Management.Recorded;

/// <summary>Converts a response of the HTTP API to the form in which it is recorded and compared.</summary>
internal static class RecordedAnswer
{
    private static readonly string[] _headers =
        ["Location", "Allow", "Content-Type", "WWW-Authenticate", "Content-Disposition", "Set-Cookie"];

    /// <summary>Fields whose values differ from run to run. Only the types of these values are recorded.</summary>
    private static readonly HashSet<string> _volatile =
        ["password_hash", "idle_since", "memory", "reductions", "uptime", "os_pid", "connected_at"];

    public static JsonObject Of(RecordedCall call, ApiAnswer answer, RecordedNames names)
    {
        var headers = new JsonObject();
        foreach (string name in _headers)
        {
            if (!answer.Message.Headers.TryGetValues(name, out var values)
                && !answer.Message.Content.Headers.TryGetValues(name, out values))
                continue;
            string value = names.Remove(string.Join(", ", values));
            headers[name.ToLowerInvariant()] = name == "Allow" ? string.Join(", ", value.Split(", ").Order(StringComparer.Ordinal)) : value;
        }
        return new JsonObject
        {
            ["call"] = call.Text,
            ["status"] = answer.Code,
            ["headers"] = headers,
            ["body"] = Body(answer.Body, names)
        };
    }

    private static JsonNode? Body(string body, RecordedNames names)
    {
        if (body.Length == 0)
            return null;
        try
        {
            return Plain(JsonNode.Parse(body), "", names);
        }
        catch (JsonException)
        {
            return names.Remove(body);
        }
    }

    private static JsonNode? Plain(JsonNode? node, string field, RecordedNames names) => node switch
    {
        JsonObject fields => new JsonObject(fields.OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => KeyValuePair.Create(names.Remove(entry.Key), Plain(entry.Value, entry.Key, names)))),
        JsonArray items => new JsonArray([.. items.Select(item => Plain(item, field, names))]),
        null => null,
        _ when _volatile.Contains(field) => $"<{node.GetValueKind().ToString().ToLowerInvariant()}>",
        _ when node.GetValueKind() == JsonValueKind.String => names.Remove(node.GetValue<string>()),
        _ => node.DeepClone(),
    };
}
