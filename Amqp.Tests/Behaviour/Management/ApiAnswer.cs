using System.Net;
using System.Text.Json;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>A response of the HTTP API.</summary>
internal sealed record ApiAnswer(HttpStatusCode Status, string Body, HttpResponseMessage Message)
{
    public int Code => (int)Status;

    public JsonElement Json => JsonDocument.Parse(Body).RootElement.Clone();

    /// <summary>The reason that the response gives for an error. The items of an array are joined by spaces.</summary>
    public string Reason => Json.GetProperty("reason") is { ValueKind: JsonValueKind.Array } parts
        ? string.Join(' ', parts.EnumerateArray().Select(part => part.ToString()))
        : Json.GetProperty("reason").GetString()!;

    /// <summary>Returns one field of every object in a list.</summary>
    public IEnumerable<string?> Column(string name) =>
        (Json.ValueKind == JsonValueKind.Array ? Json : Json.GetProperty("items"))
            .EnumerateArray()
            .Select(item => item.GetProperty(name).GetString());
}
