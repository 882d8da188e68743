using System.Net;
using System.Text.Json;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Ctl;

/// <summary>The verbs of <c>amqpbroker ctl</c> that export definitions to files and import definitions from files.</summary>
internal static class DefinitionVerbs
{
    private const string Standard = "-";
    private const string NoVirtualHost = "no_such_vhost ";

    public static IReadOnlyList<CtlVerb> All { get; } =
    [
        new("export_definitions", "<file_path | \"-\"> [--format <json | erlang>]", 1, 1, "Exports definitions in JSON", ExportAsync)
        {
            Options = ["--format"],
            IsMute = true
        },
        new(
            "import_definitions", "<file_path | \"-\"> [--format <json | erlang>] [--skip-if-unchanged]", 0, 1,
            "Imports definitions in JSON", ImportAsync)
        {
            Options = ["--format"],
            Flags = ["--skip-if-unchanged"],
            Timeout = 300
        },
    ];

    private static async Task ExportAsync(CtlCall call)
    {
        DemandJson(call);
        string file = call[0];
        if (file != Standard
            && Path.GetDirectoryName(Path.GetFullPath(file, Environment.CurrentDirectory)) is { } folder
            && !Directory.Exists(folder))
            throw CtlException.BadArgument(call, $"Directory {folder} does not exist");
        if (file != Standard)
            call.Announce($"Exporting definitions in JSON to a file at \"{file}\" ...");
        if (file.Length == 0 || Directory.Exists(file))
            throw CtlException.Error(ExitCode.Refused, $"Path {file} is a directory");
        string text = (await call.GetAsync("definitions")).ToText();
        if (file == Standard)
        {
            call.Output.Write(text);
            return;
        }
        try
        {
            await File.WriteAllTextAsync(file, text);
        }
        catch (UnauthorizedAccessException)
        {
            throw CtlException.Error(ExitCode.Refused, $"No permissions to write to file {file} or its parent directory");
        }
        catch (IOException error)
        {
            throw CtlException.Error(ExitCode.Refused, error.Message);
        }
    }

    private static async Task ImportAsync(CtlCall call)
    {
        DemandJson(call);
        string file = call.Input.Arguments.Count > 0 ? call[0] : Standard;
        if (file != Standard && !File.Exists(file))
            throw CtlException.BadArgument(call, $"File {file} does not exist");
        call.Announce(
            file == Standard
                ? "Importing definitions in JSON from standard input ..."
                : $"Importing definitions in JSON from a file at \"{file}\" ...");
        string text = (file == Standard ? await Console.In.ReadToEndAsync() : await File.ReadAllTextAsync(file)).TrimStart('\uFEFF');
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
        }
        catch (JsonException error)
        {
            throw CtlException.Error(ExitCode.Refused, $"Failed to deserialise input (format: JSON) (error: {error.Message})");
        }
        ApiAnswer answer = await call.Client.AskAsync(HttpMethod.Post, "definitions", text, ApiClient.WantsReport);
        if (answer.Status == HttpStatusCode.BadRequest && answer.Reason.StartsWith(NoVirtualHost, StringComparison.Ordinal))
            throw CtlException.NoVirtualHost(answer.Reason[NoVirtualHost.Length..]);
        if (!answer.IsSuccess)
            throw call.Refused(answer);
        foreach (string leftOut in answer.LeftOut)
            call.Error.WriteLine($"Warning: left out {leftOut}");
        if (!call.Input.IsQuiet && !call.IsForProgram)
            call.Say("Successfully started definition import. This process is asynchronous and can take some time.");
    }

    private static void DemandJson(CtlCall call)
    {
        string format = call.Input.Option("format")?.ToLowerInvariant() ?? "json";
        if (format is not ("json" or "erlang"))
            throw CtlException.BadArgument(call, "Format should be either json or erlang");
        if (format != "json")
            throw CtlException.Usage(call.Input, call.Verb, $"format {format} is not supported here; definitions are JSON");
    }
}
