namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>Wakes queues at their alarms, with one timer for all queues of the broker. Thread-safe.</summary>
/// <remarks>
/// The timer's lock may be taken under any other lock, because no lock is taken under it. Queues are woken without any lock.
/// </remarks>
internal sealed class QueueTimer : IAsyncDisposable
{
    private static readonly TimeSpan _longest = TimeSpan.FromHours(1); // bounds the delay of alarms if the system clock is changed

    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly SortedSet<Alarm> _alarms = new(Alarm.ByTime); // guarded by _gate, as are the next two fields
    private long _armedFor = long.MaxValue;
    private bool _isStarted;
    private long _lastNumber; // interlocked

    public QueueTimer(TimeProvider clock)
    {
        _clock = clock;
        _timer = clock.CreateTimer(_ => Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Milliseconds since 1970-01-01 UTC.</summary>
    public long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Starts to wake queues. Queues whose alarms are already due are woken at once.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _isStarted = true;
            Arm();
        }
    }

    /// <summary>Creates an alarm for a queue. The alarm is not set yet.</summary>
    public Alarm NewAlarm(IWakened queue) => new(queue, Interlocked.Increment(ref _lastNumber));

    /// <summary>Sets an alarm, unless it is set to an earlier time.</summary>
    /// <param name="alarm">The queue's alarm.</param>
    /// <param name="due">Milliseconds since 1970-01-01 UTC.</param>
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

    /// <summary>Clears an alarm.</summary>
    public void Clear(Alarm alarm)
    {
        lock (_gate)
        {
            _alarms.Remove(alarm);
            alarm.Due = long.MaxValue;
        }
    }

    /// <summary>Stops waking queues, and waits for callbacks that are running.</summary>
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

    /// <summary>The alarm of one queue: the next time at which the queue is woken.</summary>
    internal sealed class Alarm(IWakened queue, long number)
    {
        public static readonly IComparer<Alarm> ByTime = Comparer<Alarm>.Create(
            static (left, right) => (left.Due, left.Number).CompareTo((right.Due, right.Number)));

        public long Due = long.MaxValue; // changed under the timer's lock

        public IWakened Queue => queue;

        public long Number => number;
    }
}
