using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Amqp.Tests.Support;

namespace Amqp.Tests.Fuzz;

/// <summary>A run of the fuzzer: its broker, the logs of the last operations, and the first failure. Thread-safe.</summary>
internal sealed class FuzzRun(BrokerProcess broker, int seed, TimeSpan time) : IDisposable
{
    /// <summary>Maximum time in which an ordinary client gets its message back, whatever the fuzzer does.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Maximum time in which a worker gets an answer. Long, because the worker may have requested much work.</summary>
    public static readonly TimeSpan PatienceOfWorkers = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan _long = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource<string> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly ConcurrentQueue<OperationLog> _logs = [];
    private readonly ConcurrentDictionary<string, long> _answers = [];
    private readonly CancellationTokenSource _stop = new();

    public BrokerProcess Broker => broker;

    public int Seed => seed;

    /// <summary>True if the run has enough time for slow operations.</summary>
    public bool IsLong => time >= _long;

    /// <summary>Cancelled when the run ends, either because its time is over or because it has failed.</summary>
    public CancellationToken Stop => _stop.Token;

    public InputCoverage Coverage { get; } = new();

    /// <summary>Description of the first failure, followed by the last operations before the failure. Null if nothing has failed.</summary>
    public string? Failure => _failed.Task.IsCompleted ? _failed.Task.Result : null;

    /// <summary>Text that lists the broker's answers so far: each kind of answer, and its count.</summary>
    public string Answers =>
        string.Join(", ", _answers.OrderByDescending(entry => entry.Value).Select(entry => $"{entry.Key} {entry.Value}"));

    public long Operations => _logs.Sum(log => log.Count);

    public OperationLog NewLog(string worker)
    {
        var log = new OperationLog(worker, _clock);
        _logs.Enqueue(log);
        return log;
    }

    public void NoteAnswer(string answer) => _answers.AddOrUpdate(answer, 1, (_, count) => count + 1);

    /// <summary>Ends the run because of a failure. Only the first failure is kept.</summary>
    public void Fail(string why)
    {
        string story = string.Create(
            CultureInfo.InvariantCulture, $"after {_clock.Elapsed.TotalSeconds:F1} s with seed {seed}: {why}\n{string.Join('\n', _logs)}");
        if (!_failed.TrySetResult(story))
            return;
        _stop.Cancel();
        broker.Kill(); // the clients of a broker that hangs would otherwise wait forever
    }

    /// <summary>Starts the time for random operations. The run ends after this time.</summary>
    public void BeginToEnd() => _stop.CancelAfter(time);

    /// <summary>Watches the broker's process and its number of faults, until the run ends.</summary>
    public async Task WatchAsync()
    {
        using var api = new FuzzApi(this, NewLog("watch"));
        while (!_stop.IsCancellationRequested)
        {
            await DemandNoFaultAsync(api);
            await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(500), _stop.Token));
        }
    }

    /// <summary>Fails the run if the broker has counted a fault, or if its process has ended.</summary>
    public async Task DemandNoFaultAsync(FuzzApi api)
    {
        if (broker.HasExited)
        {
            Fail($"the broker's process has ended; it printed\n{Told(broker.Output)}");
            return;
        }
        var (code, body) = await api.CallAsync("GET", "/faults");
        if (code == 200 && JsonDocument.Parse(body).RootElement.GetProperty("total").GetInt64() is var total and > 0)
            Fail($"{total} faults had to be contained: {body}\n{Told(broker.Output)}");
    }

    public void Dispose() => _stop.Dispose();

    /// <summary>
    /// Returns the broker's output, beginning with its first error. If it contains no error, returns the end of the output.
    /// </summary>
    private static string Told(string output)
    {
        const int most = 4000;
        int start = output.IndexOf("[error]", StringComparison.Ordinal);
        string told = start >= 0 ? output[start..] : output[^Math.Min(most, output.Length)..];
        return told[..Math.Min(most, told.Length)];
    }
}
