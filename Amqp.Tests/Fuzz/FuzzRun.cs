using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Amqp.Tests.Support;

namespace Amqp.Tests.Fuzz;

/// <summary>One run of the fuzzer: its broker, what was done last, and the first thing that happened and must not. Thread-safe.</summary>
internal sealed class FuzzRun(BrokerProcess broker, int seed, TimeSpan time) : IDisposable
{
    /// <summary>How late a bystander may be, whatever others do.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>How long an answer to the fuzzer itself may take, which may have asked for much.</summary>
    public static readonly TimeSpan PatienceOfWorkers = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan _long = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource<string> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly ConcurrentQueue<OperationLog> _logs = [];
    private readonly ConcurrentDictionary<string, long> _answers = [];
    private readonly CancellationTokenSource _stop = new();

    public BrokerProcess Broker => broker;

    public int Seed => seed;

    /// <summary>Whether there is time for what takes some.</summary>
    public bool IsLong => time >= _long;

    /// <summary>Set when nothing more is to be done, because the time is over or something has failed.</summary>
    public CancellationToken Stop => _stop.Token;

    public InputCoverage Coverage { get; } = new();

    /// <summary>What failed first, with all that may explain it; null while nothing has.</summary>
    public string? Failure => _failed.Task.IsCompleted ? _failed.Task.Result : null;

    /// <summary>How often which answer came.</summary>
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

    /// <summary>Something happened that must not. The first one counts, and ends the run.</summary>
    public void Fail(string why)
    {
        string story = string.Create(
            CultureInfo.InvariantCulture, $"after {_clock.Elapsed.TotalSeconds:F1} s with seed {seed}: {why}\n{string.Join('\n', _logs)}");
        if (!_failed.TrySetResult(story))
            return;
        _stop.Cancel();
        broker.Kill(); // one that stands still would keep everybody waiting
    }

    /// <summary>From now on chance has its time.</summary>
    public void BeginToEnd() => _stop.CancelAfter(time);

    /// <summary>Looks at the process and its count of faults until the run ends.</summary>
    public async Task WatchAsync()
    {
        using var api = new FuzzApi(this, NewLog("watch"));
        while (!_stop.IsCancellationRequested)
        {
            await DemandNoFaultAsync(api);
            await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(500), _stop.Token));
        }
    }

    /// <summary>Fails when the broker has contained a fault, or is no more.</summary>
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

    /// <summary>The first error in the log, or what came last.</summary>
    private static string Told(string output)
    {
        const int most = 4000;
        int start = output.IndexOf("[error]", StringComparison.Ordinal);
        string told = start >= 0 ? output[start..] : output[^Math.Min(most, output.Length)..];
        return told[..Math.Min(most, told.Length)];
    }
}
