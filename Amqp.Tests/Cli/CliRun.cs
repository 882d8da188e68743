using System.CommandLine;
using System.Diagnostics;
using Amqp.Server;
using Amqp.Tests.Support;

namespace Amqp.Tests.Cli;

/// <summary>Exit code and output of a run of <c>amqpbroker</c> that has ended.</summary>
internal sealed record CliRun(int ExitCode, string Output, string Error)
{
    /// <summary>The lines of the output, without an empty last line.</summary>
    public string[] Lines => Output.TrimEnd('\n').Split('\n');

    /// <summary>Runs a command as a process and waits for its exit.</summary>
    /// <param name="arguments">Arguments after the program's name.</param>
    /// <param name="input">Text that the command reads from its standard input.</param>
    /// <param name="environment">Environment variables, in addition to those of the tests.</param>
    public static async Task<CliRun> RunAsync(
        IEnumerable<string> arguments, string input = "", IReadOnlyDictionary<string, string>? environment = null)
    {
        using Process process = Start(arguments, environment);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return new CliRun(process.ExitCode, await output, await error);
    }

    /// <summary>Runs a command within this process. This is faster, and sufficient for tests that need no separate process.</summary>
    /// <param name="arguments">Arguments after the program's name.</param>
    /// <param name="environment">The environment variables.</param>
    /// <param name="error">Receives the errors, for tests that read them while the command runs; null for none.</param>
    public static async Task<CliRun> HereAsync(
        string[] arguments, IReadOnlyDictionary<string, string> environment, StringWriter? error = null)
    {
        using var output = new StringWriter();
        error ??= new StringWriter();
        var line = new BrokerCommandLine(
            (_, _, _) => Task.FromResult(0),
            static _ => { },
            new Dictionary<string, string>(environment) { ["XDG_CONFIG_HOME"] = "/nonexistent" });
        int code = await line.RunAsync(arguments, new InvocationConfiguration { Output = output, Error = error });
        return new CliRun(code, output.ToString(), error.ToString());
    }

    /// <summary>Starts a command as a process, for tests that observe the running process.</summary>
    public static Process Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = BrokerProgram.With(arguments);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment["XDG_CONFIG_HOME"] = "/nonexistent"; // keeps the command from reading profiles of the user who runs the tests
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
