using System.Net;
using System.Text.Json;

namespace Amqp.Server.Cli.Api;

/// <summary>Response of the HTTP API.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Json">Body; undefined if there is none.</param>
internal sealed record ApiAnswer(HttpStatusCode Status, JsonElement Json)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>The definitions that an import skipped; empty if the response does not list any.</summary>
    public IReadOnlyList<string> LeftOut => Json.ValueKind == JsonValueKind.Object
        && Json.TryGetProperty("left_out", out JsonElement leftOut)
        && leftOut.ValueKind == JsonValueKind.Array
        ? [.. leftOut.EnumerateArray().Select(what => what.ToString())]
        : [];

    /// <summary>The reason that the broker gives for a refusal; empty if it gives none.</summary>
    public string Reason =>
        WebUtility.HtmlDecode(Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("reason", out JsonElement reason)
            ? reason.ValueKind == JsonValueKind.Array
                ? string.Join(' ', reason.EnumerateArray().Select(part => part.ToString()))
                : reason.ToString()
            : "");
}
