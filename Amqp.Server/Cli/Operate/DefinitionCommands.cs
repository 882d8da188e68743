using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>The command <c>amqpbroker definitions</c>.</summary>
internal static class DefinitionCommands
{
    private const string Standard = "-";

    public static Command Create(CommandSet set) => new(
        "definitions", "Export and import definitions: virtual hosts, users, permissions, policies, exchanges, queues, bindings.")
    {
        Export(set),
        Import(set),
        DefinitionDifference.Create(set),
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
                context.Say($"Exported {DefinitionUpload.Describe(JsonObject.Create(definitions)!)} to {context.Get(file)}.");
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
                string whole = DefinitionUpload.Describe(definitions);
                var leftOut = new List<string>();
                var pieces = DefinitionUpload.Pieces(definitions, DefinitionUpload.MostBytes);
                await WorkProgress.ShowAsync(context, "importing", pieces, async piece =>
                    leftOut.AddRange(
                        await DefinitionUpload.SendAsync(context.Client, piece, context.VirtualHostOrAll, context.Cancellation)));
                context.Say(
                    leftOut.Count == 0
                        ? $"Imported {whole}."
                        : $"Imported {whole}, except {leftOut.Count} left out:");
                foreach (string what in leftOut)
                    context.Say($"  {what}");
            },
            file,
            CommonOptions.VirtualHost);
    }

    /// <summary>Reads a file with definitions; <c>-</c> is standard input.</summary>
    /// <exception cref="CliException">The file cannot be read, or holds no JSON object.</exception>
    public static JsonObject Read(string file)
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
}
