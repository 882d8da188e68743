using System.ComponentModel;
using System.Diagnostics;

namespace Amqp.Tests.Interop;

/// <summary>Runs a command such as an installer, and waits for its exit.</summary>
internal static class Command
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(5);

    /// <summary>Runs a command. The command counts as failed if it does not exist or runs for more than five minutes.</summary>
    public static async Task<CommandResult> RunAsync(
        string file,
        IEnumerable<string> arguments,
        string? folder = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            return new CommandResult(false, error.Message);
        }

        using (process)
        using (var limit = new CancellationTokenSource(_limit))
        {
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return new CommandResult(false, $"{file} did not end within {_limit.TotalMinutes} minutes");
            }

            return new CommandResult(process.ExitCode == 0, await output + await errors);
        }
    }
}

/// <summary>The outcome of a command, and its output.</summary>
internal sealed record CommandResult(bool Succeeded, string Output)
{
    public string LastLine => Output.TrimEnd().Split('\n')[^1];
}
