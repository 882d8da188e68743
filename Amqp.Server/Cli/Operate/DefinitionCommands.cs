using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>The command <c>amqpbroker definitions</c>.</summary>
internal static class DefinitionCommands
{
    private const string Standard = "-";
    private const int MostBytes = 16_000_000; // limit for one request: the broker's default limit is 20,000,000 bytes

    /// <summary>The sections of a definition file. A section refers only to earlier sections.</summary>
    private static readonly string[] _parts =
        [
            "vhosts", "users", "permissions", "topic_permissions", "parameters", "global_parameters", "policies", "exchanges", "queues",
            "bindings"
        ];

    public static Command Create(CommandSet set) => new(
        "definitions", "Export and import definitions: virtual hosts, users, permissions, policies, exchanges, queues, bindings.")
    {
        Export(set),
        Import(set),
    };

    private static Command Export(CommandSet set)
    {
        var file = new Argument<string>("file")
        {
            Description = "The file to write. Default: standard output.",
            DefaultValueFactory = _ => Standard
        };
        return set.Create(
            "export", "Export the definitions as JSON, in RabbitMQ's format; with --vhost those of one virtual host.", async context =>
            {
                JsonElement definitions = await context.Client.GetAsync(
                    ApiPath.List("definitions", context.VirtualHostOrAll), $"virtual host '{context.VirtualHost}'", context.Cancellation);
                if (context.Get(file) == Standard)
                {
                    context.Print(definitions);
                    return;
                }
                try
                {
                    // The file contains password hashes. If the file is new, only its owner may read it.
                    var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
                    if (!OperatingSystem.IsWindows())
                        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                    await using var stream = new FileStream(context.Get(file), options);
                    await using var json = new Utf8JsonWriter(stream);
                    definitions.WriteTo(json);
                    await json.FlushAsync(context.Cancellation);
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    throw new CliException(ExitCode.Usage, $"Cannot write {context.Get(file)}: {error.Message}");
                }
                context.Say($"Exported {Described(definitions)} to {context.Get(file)}.");
            }, file, CommonOptions.VirtualHost);
    }

    private static Command Import(CommandSet set)
    {
        var file = new Argument<string>("file") { Description = "The JSON file; - is standard input." };
        return set.Create(
            "import",
            "Import definitions from a file, all or none. Existing queues and exchanges are kept. With --vhost into one virtual host.",
            async context =>
            {
                JsonObject definitions = Read(context.Get(file));
                JsonElement whole = definitions.ToElement();
                var leftOut = new List<string>();
                await WorkProgress.ShowAsync(context, "importing", Pieces(definitions, MostBytes), async piece =>
                    leftOut.AddRange(await ImportAsync(context, piece)));
                context.Say(
                    leftOut.Count == 0
                        ? $"Imported {Described(whole)}."
                        : $"Imported {Described(whole)}, except {leftOut.Count} left out:");
                foreach (string what in leftOut)
                    context.Say($"  {what}");
            },
            file,
            CommonOptions.VirtualHost);
    }

    /// <summary>Imports definitions. Returns the definitions that the broker skipped; empty if the broker does not report them.</summary>
    private static async Task<IReadOnlyList<string>> ImportAsync(CommandContext context, JsonObject definitions)
    {
        ApiAnswer answer = await context.Client.AskAsync(
            HttpMethod.Post, ApiPath.List("definitions", context.VirtualHostOrAll), definitions.ToJsonString(), ApiClient.WantsReport,
            context.Cancellation);
        return answer.IsSuccess
            ? answer.LeftOut
            : throw ApiFailure.Of(context.Client.Login, answer, $"virtual host '{context.VirtualHost}'");
    }

    private static JsonObject Read(string file)
    {
        try
        {
            string text = file == Standard ? Console.In.ReadToEnd() : File.ReadAllText(file);
            return JsonNode.Parse(text.TrimStart('\uFEFF')) as JsonObject
                ?? throw new CliException(ExitCode.Refused, $"{file} does not hold definitions: expected a JSON object");
        }
        catch (JsonException error)
        {
            throw new CliException(ExitCode.Refused, $"{file}:{error.LineNumber + 1}: not JSON: {error.Message}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"Cannot read {file}: {error.Message}");
        }
    }

    /// <summary>
    /// Splits definitions into pieces that the broker accepts in one request. Each request imports all of its piece or nothing.
    /// </summary>
    internal static IReadOnlyList<JsonObject> Pieces(JsonObject definitions, int mostBytes) =>
        definitions.ToJsonString().Length <= mostBytes ? [definitions] : [.. Cut(definitions)];

    private static IEnumerable<JsonObject> Cut(JsonObject definitions)
    {
        const int most = 1000;
        foreach (string part in _parts)
            if (definitions[part] is JsonArray items)
                for (int from = 0; from < items.Count; from += most)
                    yield return new JsonObject
                    {
                        [part] = new JsonArray([.. items.Skip(from).Take(most).Select(item => item?.DeepClone())])
                    };
    }

    private static string Described(JsonElement definitions)
    {
        string[] counts = [.. _parts
            .Where(part =>
                definitions.TryGetProperty(part, out JsonElement items)
                    && items.ValueKind == JsonValueKind.Array
                    && items.GetArrayLength() > 0)
            .Select(part => $"{definitions.GetProperty(part).GetArrayLength()} {part.Replace('_', ' ')}")];
        return counts.Length == 0 ? "nothing" : string.Join(", ", counts);
    }
}
