using System.Diagnostics;

namespace Amqp.Schedules.Control;

/// <summary>Runs threads one at a time and decides at each of their points which goes on: the same seed decides the same.</summary>
/// <remarks>
/// Threads that it does not drive, such as the framework's, go on by themselves; a driven thread that waits for one of them is given time.
/// The thread that has the turn owns all fields.
/// </remarks>
internal sealed class Schedule(ISchedulingStrategy strategy, bool isTraced)
{
    /// <summary>Points after which threads are taken to run in circles.</summary>
    private const int MostPoints = 20_000;

    /// <summary>How long threads that are not driven may take for what driven ones wait for.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);


    [ThreadStatic]
    private static Driven? _me;

    /// <summary>The same for a whole schedule, which takes milliseconds.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(30);

    private readonly List<Driven> _threads = [];
    private readonly List<string> _trace = [];
    private readonly TaskCompletionSource<Exception?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private string _running = "";

    /// <summary>Points passed so far.</summary>
    public int Points { get; private set; }

    /// <summary>Which thread was where, in order, if traced.</summary>
    public IReadOnlyList<string> Trace => _trace;

    /// <summary>Runs threads until all have ended.</summary>
    /// <returns>What went wrong: an exception of a thread, a deadlock, or a run in circles; null when nothing did.</returns>
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

    /// <summary>A driven thread may have to wait here while others go on.</summary>
    public static void Point()
    {
        if (_me is { } me)
            me.Schedule.Switch(me, isReady: null);
    }

    /// <summary>The thread goes on when something is so.</summary>
    /// <param name="isSo">Changes nothing: any thread may ask. With threads that are not driven it may
    /// be over by the time this returns.</param>
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

    /// <summary>Time passes: for a driven thread as much or as little as the schedule likes.</summary>
    public static void Pause(TimeSpan time)
    {
        if (_me is { } me)
            me.Schedule.Yield(me);
        else
            Task.Delay(time).Wait();
    }

    /// <summary>Starts a thread, driven if the one that starts it is.</summary>
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
            Task.Delay(1).Wait(); // time does pass: a thread that is not driven may be at what the others wait for
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

    /// <summary>Who goes on; null after a deadlock.</summary>
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
            Task.Delay(1).Wait(); // a thread that is not driven may be at it
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

    /// <summary>A thread of a schedule.</summary>
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
            _me = null; // no points of the one that asks
            bool isReady = IsReady();
            _me = asking;
            return isReady;
        }
    }
}
