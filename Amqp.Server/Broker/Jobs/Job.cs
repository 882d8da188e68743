namespace Amqp.Server.Broker.Jobs;

/// <summary>Work on many messages that a user has started, such as a move.</summary>
/// <remarks>
/// Only the task of the job changes the counts; any thread reads them. A lock guards the state, the reason and the skipped messages.
/// </remarks>
/// <param name="id">Number of the job since the start of the broker.</param>
/// <param name="plan">Description of the job.</param>
/// <param name="startedAt">Time of the start in milliseconds since 1970-01-01 UTC.</param>
internal sealed class Job(long id, JobPlan plan, long startedAt) : IDisposable
{
    /// <summary>Maximum number of different reasons that are counted. Further reasons are counted together.</summary>
    private const int MostReasons = 20;

    private const string FurtherReasons = "other reasons";

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _cancellation = new();
    private readonly SortedDictionary<string, long> _skipped = new(StringComparer.Ordinal);
    private JobState _state = JobState.Running;
    private string? _reason;
    private long _endedAt;
    private long _looked, _matched, _done, _skippedCount, _total;
    private string? _waitsFor;

    public long Id => id;

    public JobPlan Plan => plan;

    public long StartedAt => startedAt;

    /// <summary>Cancelled when the job is to end early.</summary>
    public CancellationToken Cancellation => _cancellation.Token;

    /// <summary>The state, the reason of a failure, and the time of the end in milliseconds since 1970-01-01 UTC.</summary>
    public (JobState State, string? Reason, long? EndedAt) Status
    {
        get
        {
            lock (_lock)
                return (_state, _reason, _state == JobState.Running ? null : _endedAt);
        }
    }

    /// <summary>Number of messages that were there when the job began.</summary>
    public long Total
    {
        get => Volatile.Read(ref _total);
        set => Volatile.Write(ref _total, value);
    }

    /// <summary>Number of messages that the job has looked at.</summary>
    public long Looked
    {
        get => Volatile.Read(ref _looked);
        set => Volatile.Write(ref _looked, value);
    }

    /// <summary>Number of messages that satisfy the filter.</summary>
    public long Matched
    {
        get => Volatile.Read(ref _matched);
        set => Volatile.Write(ref _matched, value);
    }

    /// <summary>Number of messages that the job has moved or copied.</summary>
    public long Done
    {
        get => Volatile.Read(ref _done);
        set => Volatile.Write(ref _done, value);
    }

    /// <summary>Number of messages that satisfy the filter, but had to stay.</summary>
    public long SkippedCount => Volatile.Read(ref _skippedCount);

    /// <summary>For each reason for which messages had to stay, the number of these messages.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Skipped
    {
        get
        {
            lock (_lock)
                return [.. _skipped];
        }
    }

    /// <summary>The alarm for whose end the job waits; null if it does not wait.</summary>
    public string? WaitsFor
    {
        get => Volatile.Read(ref _waitsFor);
        set => Volatile.Write(ref _waitsFor, value);
    }

    /// <summary>Counts a message that has to stay.</summary>
    public void Skip(string reason)
    {
        lock (_lock)
        {
            if (_skipped.Count >= MostReasons && !_skipped.ContainsKey(reason))
                reason = FurtherReasons;
            _skipped[reason] = _skipped.GetValueOrDefault(reason) + 1;
        }
        Volatile.Write(ref _skippedCount, _skippedCount + 1);
    }

    /// <summary>Ends the job early. It ends after the messages that it holds are stored. Does nothing if the job has ended.</summary>
    public void Cancel()
    {
        lock (_lock)
        {
            if (_state != JobState.Running)
                return;
        }
        try
        {
            _cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The job has ended in the meantime.
        }
    }

    /// <summary>Sets the final state.</summary>
    public void End(JobState state, string? reason, long now)
    {
        WaitsFor = null;
        lock (_lock)
            (_state, _reason, _endedAt) = (state, reason, now);
    }

    public void Dispose() => _cancellation.Dispose();
}
