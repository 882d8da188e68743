using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Amqp.Tests.Fuzz.Bystanders;
using Amqp.Tests.Support;

namespace Amqp.Tests.Fuzz;

/// <summary>
/// Fuzzing clients send unusual but well-formed requests over AMQP and HTTP. The requests must not affect other clients, or cause a fault
/// in the broker.
/// </summary>
/// <remarks>
/// First every argument, header and body field that the broker knows gets every <see cref="HostileValue"/>. Then random operations run for
/// 5 s, or for <c>AMQP_TESTS_FUZZ_SECONDS</c>. A run with the same <c>AMQP_TESTS_SEED</c> makes the same random operations.
/// </remarks>
public sealed class HostileInputTests
{
    private const int Workers = 3;
    private const string QuietHost = "quiet";

    private readonly int _seed = TestRounds.Seed;
    private readonly TimeSpan _time = TimeSpan.FromSeconds(TestRounds.Number("AMQP_TESTS_FUZZ_SECONDS") ?? 5);

    [Test]
    public async Task Nothing_that_a_client_may_send_harms_anyone_else()
    {
        string configuration = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(configuration, "vm_memory_high_watermark.absolute = 6GB\ndisk_free_limit.absolute = 50MB\n");
        await using var broker = await BrokerProcess.StartAsync(configFile: configuration);
        File.Delete(configuration);
        using var run = new FuzzRun(broker, _seed, _time);
        await PrepareAsync(run);
        await using var bystanders = new Crowd(run, "/", QuietHost);
        using var stopBystanders = new CancellationTokenSource();
        Task standingBy = bystanders.RunAsync(stopBystanders.Token), watching = run.WatchAsync();
        FuzzWorker[] workers = [.. Enumerable.Range(1, Workers).Select(number => new FuzzWorker(run, number))];
        var clock = Stopwatch.StartNew();

        await SystematicPass.LeaveFarDeadlinesAsync(workers[0]);
        await bystanders.MoveOnAsync();
        var cases = new ConcurrentQueue<InputCase>(SystematicPass.Cases);
        await Task.WhenAll(workers.Select(worker => Task.Run(() => TryAsync(worker, cases))));
        var systematic = clock.Elapsed;
        run.BeginToEnd();
        await Task.WhenAll(workers.Select(worker => Task.Run(new RandomOperations(worker).RunAsync)));
        foreach (var worker in workers)
            worker.Dispose();
        await watching;
        await stopBystanders.CancelAsync();
        await standingBy;
        using (var api = new FuzzApi(run, run.NewLog("end")))
            await run.DemandNoFaultAsync(api);

        await TestContext.Progress.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"hostile input: seed {_seed}; {SystematicPass.Cases.Count} cases in {systematic.TotalSeconds:F1} s, then {_time.TotalSeconds} "
                + $"s of chance; {run.Operations} operations; {run.Answers}\n{run.Coverage}\n  bystanders: {bystanders}"));
        Assert.That(run.Failure, Is.Null, () => $"The exceptions in the broker's log:\n{ExceptionsIn(broker.Output)}");
        Assert.That(
            run.Coverage.Missing(SystematicPass.Cases).Select(missed => $"{missed.Place} {missed.Name} {missed.Value.Name}"),
            Is.Empty);
        Assert.That(broker.Output, Does.Not.Contain("Exception").And.Not.Contain("   at "));
    }

    private static string ExceptionsIn(string log) => string.Join('\n', log.Split('\n')
        .Where(line => line.Contains("Exception", StringComparison.Ordinal) || line.StartsWith("   at ", StringComparison.Ordinal))
        .Take(60));

    private static async Task PrepareAsync(FuzzRun run)
    {
        using var api = new FuzzApi(run, run.NewLog("preparation"));
        foreach (string host in (string[])[QuietHost, SystematicPass.ScratchHost])
        {
            await api.CallAsync("PUT", $"/vhosts/{host}", "{}");
            await api.CallAsync("PUT", $"/permissions/{host}/guest", "{\"configure\":\".*\",\"write\":\".*\",\"read\":\".*\"}");
        }
        await api.CallAsync(
            "PUT", $"/users/{SystematicPass.ScratchUser}", $"{{\"password\":\"{SystematicPass.ScratchUser}\",\"tags\":\"\"}}");
    }

    private static async Task TryAsync(FuzzWorker worker, ConcurrentQueue<InputCase> cases)
    {
        if (worker.IsFirst)
            await new Contraptions(worker).BuildAllAsync();
        while (!worker.Run.Stop.IsCancellationRequested && cases.TryDequeue(out var input))
        {
            worker.Log.Note(("---", input.Place, input.Name, input.Value.Name));
            worker.Run.Coverage.Note(input, await input.TryAsync(worker));
        }
    }

    /// <summary>The ordinary clients of a run, which must not be affected by the fuzzer.</summary>
    private sealed class Crowd(FuzzRun run, params string[] hosts) : IAsyncDisposable
    {
        private readonly Bystander[] _clients =
        [
            .. hosts.SelectMany(host => (Bystander[])[
                new QueueUser(run, host, isDurable: true), new QueueUser(run, host, isDurable: false), new Requester(run, host),
                new DelayedSender(run, host), new DeadLetterPair(run, host), new PriorityUser(run, host)
            ]),
        ];

        private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);

        private readonly ApiReader _reader = new(run);
        private readonly Listener _listener = new(run);

        public Task RunAsync(CancellationToken stop) =>
            Task.WhenAll([_reader.RunAsync(stop), _listener.RunAsync(stop), .. _clients.Select(client => client.RunAsync(stop))]);

        /// <summary>Waits until each client has received a message that the client sent after this call.</summary>
        public async Task MoveOnAsync()
        {
            foreach (var client in _clients)
            {
                long enough = client.Arrived + client.Window + 1;
                while (client.Arrived < enough && !run.Stop.IsCancellationRequested)
                    await Task.Delay(_pause);
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var client in _clients)
                await client.DisposeAsync();
            _reader.Dispose();
            _listener.Dispose();
        }

        public override string ToString() => string.Join("; ", [.. _clients.Select(client => $"{client}"), $"{_reader}"]);
    }
}
