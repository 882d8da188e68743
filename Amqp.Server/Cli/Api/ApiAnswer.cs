using System.Net;
using System.Text.Json;

namespace Amqp.Server.Cli.Api;

/// <summary>What the HTTP API answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Json">The body; undefined when there is none.</param>
internal sealed record ApiAnswer(HttpStatusCode Status, JsonElement Json)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>What an import of definitions left out; empty when the answer does not say.</summary>
    public IReadOnlyList<string> LeftOut => Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("left_out", out JsonElement leftOut) && leftOut.ValueKind == JsonValueKind.Array
        ? [.. leftOut.EnumerateArray().Select(what => what.ToString())]
        : [];

    /// <summary>The broker's reason for a refusal, in one text; empty when it gave none.</summary>
    public string Reason => WebUtility.HtmlDecode(Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("reason", out JsonElement reason)
        ? reason.ValueKind == JsonValueKind.Array ? string.Join(' ', reason.EnumerateArray().Select(part => part.ToString())) : reason.ToString()
        : "");
}
