using System.Text.Json;
using Amqp.Tests.Cli;
using Amqp.Tests.Support;

namespace Amqp.Tests.Migration;

/// <summary>A source and a target in the process of the test, and a folder for the state file.</summary>
internal sealed class MigrationPair : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;

    public BrokerInProcess Source { get; private init; } = null!;

    public BrokerInProcess Target { get; private init; } = null!;

    public TestEnd Here { get; private set; } = null!;

    public TestEnd There { get; private set; } = null!;

    public string State => Path.Combine(_folder, "state.json");

    public static async Task<MigrationPair> StartAsync(params string[] settingsOfTarget)
    {
        var pair = new MigrationPair
        {
            Source = await BrokerInProcess.StartAsync(),
            Target = await BrokerInProcess.StartAsync(settingsOfTarget),
        };
        pair._owned.AddRange([pair.Source, pair.Target]);
        pair.Here = await pair.OpenAsync(pair.Source);
        pair.There = await pair.OpenAsync(pair.Target);
        return pair;
    }

    public async Task<TestEnd> OpenAsync(BrokerInProcess broker, string virtualHost = "/")
    {
        var end = await TestEnd.OpenAsync(broker.Port, virtualHost: virtualHost);
        _owned.Add(end);
        return end;
    }

    /// <summary>Runs the command from the source to the target.</summary>
    public Task<CliRun> RunAsync(params string[] arguments) => RunAsync(new StringWriter(), arguments);

    /// <summary>Runs the command, and lets the caller read its errors meanwhile.</summary>
    public Task<CliRun> RunAsync(StringWriter error, string[] arguments) => CliRun.HereAsync(
        [
            "migrate", "--from", $"amqp://guest:guest@127.0.0.1:{Source.Port}",
            "--api", $"http://guest:guest@127.0.0.1:{Source.ManagementPort}",
            "--url", $"http://127.0.0.1:{Target.ManagementPort}",
            .. arguments.Contains("--copy") ? (string[])[] : ["--state", State],
            .. arguments,
        ],
        new Dictionary<string, string>(), error);

    /// <summary>Runs the command with <c>--json</c>, and returns its document.</summary>
    public async Task<(int ExitCode, JsonElement Json)> RunForJsonAsync(params string[] arguments)
    {
        CliRun run = await RunAsync([.. arguments, "--json"]);
        Assert.That(run.Output, Does.StartWith("{"), run.Error);
        return (run.ExitCode, JsonDocument.Parse(run.Output).RootElement);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in Enumerable.Reverse(_owned))
            await owned.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
