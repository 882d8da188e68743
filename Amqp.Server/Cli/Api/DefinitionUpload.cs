using System.Text.Json.Nodes;

namespace Amqp.Server.Cli.Api;

/// <summary>Sends definitions to a broker, in several requests if they are too large for one.</summary>
internal static class DefinitionUpload
{
    /// <summary>Limit for one request in bytes: the broker's default limit is 20,000,000 bytes.</summary>
    public const int MostBytes = 16_000_000;

    /// <summary>The sections of a definition file. A section refers only to earlier sections.</summary>
    public static readonly IReadOnlyList<string> Parts =
        [
            "vhosts", "users", "permissions", "topic_permissions", "parameters", "global_parameters", "policies", "exchanges", "queues",
            "bindings"
        ];

    /// <summary>
    /// Splits definitions into pieces that the broker accepts in one request. Each request imports all of its piece or nothing.
    /// </summary>
    public static IReadOnlyList<JsonObject> Pieces(JsonObject definitions, int mostBytes) =>
        definitions.ToJsonString().Length <= mostBytes ? [definitions] : [.. Cut(definitions)];

    /// <summary>Imports definitions. Returns the definitions that the broker skipped; empty if the broker does not report them.</summary>
    /// <exception cref="ApiFailure">The broker refused the definitions.</exception>
    public static async Task<IReadOnlyList<string>> SendAsync(
        ApiClient client, JsonObject definitions, string? virtualHost, CancellationToken cancellation)
    {
        ApiAnswer answer = await client.AskAsync(
            HttpMethod.Post, ApiPath.List("definitions", virtualHost), definitions.ToJsonString(), ApiClient.WantsReport, cancellation);
        return answer.IsSuccess
            ? answer.LeftOut
            : throw ApiFailure.Of(client.Login, answer, $"virtual host '{virtualHost ?? client.Login.VirtualHost}'");
    }

    /// <summary>Returns the sections that are not empty, with the number of their items.</summary>
    public static string Describe(JsonObject definitions)
    {
        string[] counts = [.. Parts
            .Where(part => definitions[part] is JsonArray { Count: > 0 })
            .Select(part => $"{definitions[part]!.AsArray().Count} {part.Replace('_', ' ')}")];
        return counts.Length == 0 ? "nothing" : string.Join(", ", counts);
    }

    private static IEnumerable<JsonObject> Cut(JsonObject definitions)
    {
        const int most = 1000;
        foreach (string part in Parts)
            if (definitions[part] is JsonArray items)
                for (int from = 0; from < items.Count; from += most)
                    yield return new JsonObject
                    {
                        [part] = new JsonArray([.. items.Skip(from).Take(most).Select(item => item?.DeepClone())])
                    };
    }
}
