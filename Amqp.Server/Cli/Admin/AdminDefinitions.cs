using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Admin;

/// <summary>The commands <c>export</c> and <c>import</c> for definitions.</summary>
internal static class AdminDefinitions
{
    public static async Task ExportAsync(AdminCall call)
    {
        string file = call.OnlyWord;
        JsonElement definitions = await call.SendAsync(HttpMethod.Get, PathOf(call));
        await File.WriteAllTextAsync(file, definitions.GetRawText());
        call.Say($"Exported definitions for {call.Options.Host} to \"{file}\"");
    }

    public static async Task ImportAsync(AdminCall call)
    {
        string file = call.OnlyWord;
        await call.SendAsync(HttpMethod.Post, PathOf(call), Parse(await File.ReadAllTextAsync(file), file));
        call.Say(
            $"Uploaded definitions from \"{call.Options.Host}\" to {file}. The import process may take some time. Consult server logs to "
                + "track progress.");
    }

    private static string PathOf(AdminCall call) =>
        call.Options.VirtualHost is { } virtualHost ? ApiPath.Of("definitions", virtualHost) : "definitions";

    private static JsonNode? Parse(string text, string file)
    {
        try
        {
            return JsonNode.Parse(text.TrimStart('\uFEFF'));
        }
        catch (JsonException mistake)
        {
            throw new CliException(ExitCode.Failure, $"{file} is not JSON: {mistake.Message}");
        }
    }
}
