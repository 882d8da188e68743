using System.Diagnostics;
using System.Text.Json;
using Amqp.Tests.Cli;
using Amqp.Tests.Support;

namespace Amqp.Tests.Migration;

/// <summary>Runs of <c>amqpbroker migrate</c> as processes, which can be killed. They share a state file.</summary>
internal sealed class MigrationProcess(string from, string api, string url, string to) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;

    private string State => Path.Combine(_folder, "state.json");

    /// <summary>Number of messages that all runs have moved, according to the state file.</summary>
    public long Moved => !File.Exists(State) ? 0
        : JsonDocument.Parse(File.ReadAllBytes(State)).RootElement.GetProperty("queues").EnumerateArray()
            .Sum(queue => queue.GetProperty("moved").GetInt64());

    public Process Start(params string[] options) => CliRun.Start(Arguments(options));

    /// <summary>Runs the command to its end.</summary>
    public Task<CliRun> RunAsync(params string[] options) => CliRun.RunAsync(Arguments(options));

    /// <summary>Waits until this number of messages is moved.</summary>
    /// <param name="count">Number of messages, by all runs.</param>
    /// <param name="run">The run that moves them; null if a failure need not show its output.</param>
    public Task MovedAsync(long count, Process? run = null) => Eventually.Holds(
        () => run is { HasExited: true } && Moved < count
            ? throw new AssertionException($"The command ended: {run.StandardOutput.ReadToEnd()}{run.StandardError.ReadToEnd()}")
            : Moved >= count,
        () =>
        {
            run?.Kill();
            return $"only {Moved} of {count} are moved: {run?.StandardOutput.ReadToEnd()}{run?.StandardError.ReadToEnd()}";
        },
        TimeSpan.FromSeconds(90));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string[] Arguments(string[] options) =>
        ["migrate", "--from", from, "--api", api, "--url", url, "--to", to, "--state", State, .. options];
}
