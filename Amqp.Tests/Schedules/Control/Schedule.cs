using System.Diagnostics;

namespace Amqp.Schedules.Control;

/// <summary>
/// Runs a set of threads, called the driven threads, one at a time. At certain points of their code, a strategy chooses the thread that
/// continues. The same seed makes the same choices again.
/// </summary>
/// <remarks>
/// The schedule does not control threads of the framework. If a driven thread waits for a thread of the framework, the schedule waits, too.
/// Only the driven thread that is running uses the fields.
/// </remarks>
internal sealed class Schedule(ISchedulingStrategy strategy, bool isTraced)
{
    /// <summary>Maximum number of points in a schedule. A schedule with more points is reported as an endless loop.</summary>
    private const int MostPoints = 20_000;

    /// <summary>Time that the schedule waits for threads that are not driven, before it reports a deadlock.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);


    [ThreadStatic]
    private static Driven? _me;

    /// <summary>Maximum time of a schedule. Normally it takes milliseconds.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(30);

    private readonly List<Driven> _threads = [];
    private readonly List<string> _trace = [];
    private readonly TaskCompletionSource<Exception?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private string _running = "";

    /// <summary>Number of points that the schedule has passed so far.</summary>
    public int Points { get; private set; }

    /// <summary>For each step, in order: the thread, and its place in the code. Empty if the schedule is not traced.</summary>
    public IReadOnlyList<string> Trace => _trace;

    /// <summary>Runs threads until all have ended.</summary>
    /// <returns>The exception of a thread, a deadlock or an endless loop; null if nothing has failed.</returns>
    public Exception? Run(IEnumerable<(string Name, Action Body)> threads)
    {
        foreach (var (name, body) in threads)
            Add(name, body);
        if (Next() is { } first)
            first.Turn.Release();
        return Task.WhenAny(_ended.Task, Task.Delay(_longest)).GetAwaiter().GetResult() == _ended.Task
            ? _ended.Task.Result
            : new TimeoutException($"{_running} waits for something that no schedule knows of");
    }

    /// <summary>
    /// Marks a point in the code. If the calling thread is driven, another driven thread may run before this call returns.
    /// </summary>
    public static void Point()
    {
        if (_me is { } me)
            me.Schedule.Switch(me, isReady: null);
    }

    /// <summary>Waits until a condition is true. Other driven threads run during the wait.</summary>
    /// <param name="isSo">
    /// The condition. It has no side effects, because any driven thread may evaluate it. A thread of the framework may make the condition
    /// false again before this call returns.
    /// </param>
    public static void WaitUntil(Func<bool> isSo)
    {
        if (_me is { } me)
        {
            me.Schedule.Switch(me, isSo);
            return;
        }
        while (!isSo())
            Pause(TimeSpan.FromMilliseconds(1));
    }

    /// <summary>Waits for a time. In a driven thread, the call takes no real time, but the schedule may run other driven threads.</summary>
    public static void Pause(TimeSpan time)
    {
        if (_me is { } me)
            me.Schedule.Yield(me);
        else
            Task.Delay(time).Wait();
    }

    /// <summary>Starts a thread. If a schedule drives the calling thread, the schedule drives the new thread, too.</summary>
    public static void Start(string name, Action body)
    {
        if (_me is { } me)
            me.Schedule.Add(name, body);
        else
            Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private void Add(string name, Action body)
    {
        var thread = new Driven(this, $"{name}#{_threads.Count}");
        _threads.Add(thread);
        strategy.NoteStarted(_threads.Count - 1);
        Task.Factory.StartNew(() => Drive(thread, body), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private void Drive(Driven thread, Action body)
    {
        thread.Turn.Wait();
        _me = thread;
        Exception? failure = null;
        try
        {
            body();
        }
        catch (Exception error)
        {
            failure = new InvalidOperationException($"{thread.Name} threw: {error}", error);
        }
        _me = null;
        thread.IsOver = true;
        if (failure is not null)
            _ended.TrySetResult(failure);
        else if (_threads.TrueForAll(other => other.IsOver))
            _ended.TrySetResult(null);
        else
            Next()?.Turn.Release();
    }

    private void Yield(Driven me)
    {
        strategy.NoteYielded(_threads.IndexOf(me));
        me.IsPaused = true;
        if (_threads.TrueForAll(thread => thread.IsOver || thread.IsPaused || !thread.CanGoOn()))
            Task.Delay(1).Wait(); // lets the threads run that are not driven, because driven threads may be waiting for them
        Switch(me, isReady: null);
        me.IsPaused = false;
    }

    private void Switch(Driven me, Func<bool>? isReady)
    {
        if (isTraced)
            _trace.Add($"{me.Name} {Where()}");
        me.IsReady = isReady;
        if (++Points > MostPoints)
        {
            _ended.TrySetResult(new TimeoutException($"the threads run in circles; {me.Name} is at {Where()}"));
            me.Turn.Wait();
        }
        var next = Next();
        if (ReferenceEquals(next, me))
            return;
        next?.Turn.Release();
        me.Turn.Wait();
    }

    /// <summary>Chooses the thread that continues. Returns null if the driven threads are deadlocked.</summary>
    private Driven? Next()
    {
        var candidates = new List<int>(_threads.Count);
        for (long began = Stopwatch.GetTimestamp(); ;)
        {
            candidates.Clear();
            for (int i = 0; i < _threads.Count; i++)
                if (!_threads[i].IsOver)
                    candidates.Add(i);
            while (candidates.Count > 0)
            {
                int chosen = strategy.Choose(candidates, Points);
                if (_threads[chosen].CanGoOn())
                {
                    _running = _threads[chosen].Name;
                    return _threads[chosen];
                }
                candidates.Remove(chosen);
            }
            if (Stopwatch.GetElapsedTime(began) > _patience)
            {
                string waiting = string.Join(", ", _threads.Where(thread => !thread.IsOver).Select(thread => thread.Name));
                _ended.TrySetResult(new TimeoutException($"deadlock: {waiting} wait for each other or for something that nobody does"));
                return null;
            }
            Task.Delay(1).Wait(); // lets the threads run that are not driven, because driven threads may be waiting for them
        }
    }

    private static string Where()
    {
        foreach (var frame in new StackTrace(2).GetFrames())
        {
            if (frame.GetMethod() is { DeclaringType: { } type } method
                && type.Namespace is not ("System.Threading" or "Amqp.Schedules.Control"))
                return $"{type.Name}.{method.Name}";
        }
        return "?";
    }

    /// <summary>A thread that the schedule drives.</summary>
    private sealed class Driven(Schedule schedule, string name)
    {
        public Schedule Schedule => schedule;

        public string Name => name;

        public SemaphoreSlim Turn { get; } = new(0);

        public Func<bool>? IsReady { get; set; }

        public bool IsPaused { get; set; }

        public bool IsOver { get; set; }

        public bool CanGoOn()
        {
            if (IsReady is null)
                return true;
            var asking = _me;
            _me = null; // without a driven thread, evaluating the condition passes no points
            bool isReady = IsReady();
            _me = asking;
            return isReady;
        }
    }
}
