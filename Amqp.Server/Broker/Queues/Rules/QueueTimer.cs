
namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>Wakes queues up when something is due in them: one timer for all queues of the broker. Thread-safe.</summary>
/// <remarks>Its lock is the innermost: nothing is called under it. Queues are woken without any lock, on the thread pool.</remarks>
internal sealed class QueueTimer : IAsyncDisposable
{
    private static readonly TimeSpan _longest = TimeSpan.FromHours(1); // the clock may be set meanwhile

    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly SortedSet<Alarm> _alarms = new(Alarm.ByTime); // owned by _gate, as are the next
    private long _armedFor = long.MaxValue;
    private bool _isStarted;
    private long _lastNumber;

    public QueueTimer(TimeProvider clock)
    {
        _clock = clock;
        _timer = clock.CreateTimer(_ => Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Milliseconds since 1970-01-01 UTC.</summary>
    public long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Begins to wake queues: those that are due already, at once.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _isStarted = true;
            Arm();
        }
    }

    /// <summary>An alarm for a queue, not set.</summary>
    public Alarm NewAlarm(IWakened queue) => new(queue, Interlocked.Increment(ref _lastNumber));

    /// <summary>Wakes the queue at a time, if it is not to be woken before.</summary>
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

    /// <summary>Does not wake the queue any more.</summary>
    public void Clear(Alarm alarm)
    {
        lock (_gate)
        {
            _alarms.Remove(alarm);
            alarm.Due = long.MaxValue;
        }
    }

    /// <summary>Wakes nobody any more, and waits for those that have just been woken.</summary>
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

    /// <summary>When a queue is to be woken.</summary>
    internal sealed class Alarm(IWakened queue, long number)
    {
        public static readonly IComparer<Alarm> ByTime = Comparer<Alarm>.Create(
            static (left, right) => (left.Due, left.Number).CompareTo((right.Due, right.Number)));

        public long Due = long.MaxValue; // changed under the timer's lock

        public IWakened Queue => queue;

        public long Number => number;
    }
}
