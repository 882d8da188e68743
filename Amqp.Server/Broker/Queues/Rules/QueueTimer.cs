namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>Calls each queue at the time of the queue's alarm. One timer serves all queues. Thread-safe.</summary>
/// <remarks>May be called under any lock. Calls the queues without a lock.</remarks>
internal sealed class QueueTimer : IAsyncDisposable
{
    // Longest wait of the timer. It limits the delay of alarms after a change of the system clock.
    private static readonly TimeSpan _longest = TimeSpan.FromHours(1);

    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly SortedSet<Alarm> _alarms = new(Alarm.ByTime); // this field and the next two are guarded by _gate
    private long _armedFor = long.MaxValue;
    private bool _isStarted;
    private long _lastNumber; // changed with Interlocked

    public QueueTimer(TimeProvider clock)
    {
        _clock = clock;
        _timer = clock.CreateTimer(_ => Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Current time, in milliseconds since 1970-01-01 UTC.</summary>
    public long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Starts to call queues. Queues whose alarms are due already are called at once.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _isStarted = true;
            Arm();
        }
    }

    /// <summary>Creates the alarm of a queue. The alarm is not set yet.</summary>
    public Alarm NewAlarm(IWakened queue) => new(queue, Interlocked.Increment(ref _lastNumber));

    /// <summary>Sets an alarm, unless it is already set to an earlier time.</summary>
    /// <param name="alarm">Alarm of the queue.</param>
    /// <param name="due">Time in milliseconds since 1970-01-01 UTC.</param>
    public void Set(Alarm alarm, long due)
    {
        if (Volatile.Read(ref alarm.Due) <= due)
            return;
        lock (_gate)
        {
            if (alarm.Due <= due)
                return;
            _alarms.Remove(alarm);
            alarm.Due = due;
            _alarms.Add(alarm);
            Arm();
        }
    }

    public void Clear(Alarm alarm)
    {
        lock (_gate)
        {
            _alarms.Remove(alarm);
            alarm.Due = long.MaxValue;
        }
    }

    /// <summary>Stops calling queues, and waits for calls that are running.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
            _isStarted = false;
        return _timer.DisposeAsync();
    }

    private void Ring()
    {
        foreach (var queue in TakeDue())
            queue.Wake();
    }

    private List<IWakened> TakeDue()
    {
        var due = new List<IWakened>();
        lock (_gate)
        {
            long now = Now;
            _armedFor = long.MaxValue;
            while (_isStarted && _alarms.Min is { } alarm && alarm.Due <= now)
            {
                _alarms.Remove(alarm);
                alarm.Due = long.MaxValue;
                due.Add(alarm.Queue);
            }
            Arm();
        }
        return due;
    }

    private void Arm()
    {
        if (!_isStarted || _alarms.Min is not { } next || next.Due >= _armedFor)
            return;
        _armedFor = next.Due;
        var wait = TimeSpan.FromMilliseconds(Math.Clamp(next.Due - Now, 0, (long)_longest.TotalMilliseconds));
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The time at which the timer next calls one queue.</summary>
    internal sealed class Alarm(IWakened queue, long number)
    {
        public static readonly IComparer<Alarm> ByTime = Comparer<Alarm>.Create(
            static (left, right) => (left.Due, left.Number).CompareTo((right.Due, right.Number)));

        public long Due = long.MaxValue; // changed only under the lock of the timer

        public IWakened Queue => queue;

        public long Number => number;
    }
}
