using System.CommandLine;
using System.Text.Json;
using Amqp.Server.Inspection;
using Amqp.Storage.Faults;
using Amqp.Storage.Inspection;

namespace Amqp.Server.Cli.Store;

/// <summary>The commands that inspect a data directory while no broker uses it.</summary>
internal static class StoreCommands
{
    /// <summary>Creates the command <c>store</c> with its subcommands.</summary>
    public static Command Create() => new("store", "Inspect a data directory that no broker uses. The directory is not changed.")
    {
        Verb(
            "inspect",
            "Show the contents of a data directory: segments, queues, definitions, sizes.",
            DataFolder.Inspect,
            StoreOutput.Print,
            StoreJson.Write,
            _ => ExitCode.Ok),
        Verb(
            "verify",
            "Read and check all files of a data directory; the exit code is 1 if data is damaged.",
            DataFolder.Verify,
            StoreOutput.Print,
            StoreJson.Write,
            verdict => verdict.IsSound ? ExitCode.Ok : ExitCode.Damaged),
    };

    private static Command Verb<T>(
        string name,
        string description,
        Func<string, IProgress<InspectionProgress>?, T> look,
        Action<T, StoreOutput> print,
        Action<Utf8JsonWriter, T> write,
        Func<T, int> exitCode)
    {
        var folder = new Argument<string>("folder") { Description = "The data directory." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object, for programs." };
        var command = new Command(name, description) { folder, json };
        command.SetAction(result =>
        {
            InvocationConfiguration streams = result.InvocationConfiguration;
            try
            {
                string path = result.GetRequiredValue(folder);
                T found = ReadProgress.Show(streams.Error, progress => look(path, progress));
                if (result.GetValue(json))
                    streams.Output.WriteLine(JsonForms.EscapedText(writer => write(writer, found)));
                else
                    print(found, new StoreOutput(streams.Output));
                return exitCode(found);
            }
            catch (Exception cause) when (cause is DataDirectoryException or IOException or UnauthorizedAccessException)
            {
                streams.Error.WriteLine($"amqpbroker: {cause.Message.TrimEnd('.')}.");
                return ExitCode.Failure;
            }
        });
        return command;
    }
}
