// The sources of the broker are compiled with these types in place of the framework's types of the same names. At each operation, a
// schedule may continue with another thread. Without a schedule, an operation does the same as the framework's.

using Amqp.Schedules.Control;

namespace System.Threading;

/// <summary>Replaces the framework's lock. The thread that holds the lock may enter it again.</summary>
internal sealed class Lock
{
    private int _owner; // id of the thread that holds the lock; 0 if no thread does
    private int _depth;

    public bool IsHeldByCurrentThread => _owner == Environment.CurrentManagedThreadId;

    public void Enter()
    {
        Schedule.Point();
        while (!TryTake())
            Schedule.WaitUntil(() => _owner == 0);
    }

    public bool TryEnter()
    {
        Schedule.Point();
        return TryTake();
    }

    public void Exit()
    {
        lock (Atomic.Monitor)
        {
            if (!IsHeldByCurrentThread)
                throw new SynchronizationLockException();
            if (--_depth == 0)
                _owner = 0;
        }
        Schedule.Point();
    }

    public Scope EnterScope()
    {
        Enter();
        return new Scope(this);
    }

    private bool TryTake()
    {
        lock (Atomic.Monitor)
        {
            if (_owner != 0 && !IsHeldByCurrentThread)
                return false;
            _owner = Environment.CurrentManagedThreadId;
            _depth++;
            return true;
        }
    }

    public readonly ref struct Scope(Lock held)
    {
        public void Dispose() => held.Exit();
    }
}

/// <summary>Replaces the framework's type of this name. A thread that enters the lock twice gets an exception.</summary>
internal sealed class ReaderWriterLockSlim(LockRecursionPolicy policy = LockRecursionPolicy.NoRecursion) : IDisposable
{
    private readonly HashSet<int> _readers = [];
    private int _writer;

    public LockRecursionPolicy RecursionPolicy => policy;

    public bool IsReadLockHeld => Has(_readers);

    public bool IsWriteLockHeld => _writer == Environment.CurrentManagedThreadId;

    public void EnterReadLock() => Take(() => _writer == 0, () => _readers.Add(Environment.CurrentManagedThreadId));

    public void EnterWriteLock() => Take(() => _writer == 0 && _readers.Count == 0, () => _writer = Environment.CurrentManagedThreadId);

    public void ExitReadLock()
    {
        lock (Atomic.Monitor)
            if (!_readers.Remove(Environment.CurrentManagedThreadId))
                throw new SynchronizationLockException();
        Schedule.Point();
    }

    public void ExitWriteLock()
    {
        lock (Atomic.Monitor)
        {
            if (!IsWriteLockHeld)
                throw new SynchronizationLockException();
            _writer = 0;
        }
        Schedule.Point();
    }

    public void Dispose()
    {
    }

    private static bool Has(HashSet<int> threads)
    {
        lock (Atomic.Monitor)
            return threads.Contains(Environment.CurrentManagedThreadId);
    }

    private void Take(Func<bool> isFree, Action take)
    {
        if (IsReadLockHeld || IsWriteLockHeld)
            throw new LockRecursionException();
        Schedule.Point();
        while (!TryTake())
            Schedule.WaitUntil(isFree);

        bool TryTake()
        {
            lock (Atomic.Monitor)
            {
                if (!isFree())
                    return false;
                take();
                return true;
            }
        }
    }
}

/// <summary>Replaces the framework's type of this name.</summary>
internal sealed class AutoResetEvent(bool isSet) : IDisposable
{
    private bool _isSet = isSet;

    public bool Set()
    {
        lock (Atomic.Monitor)
            _isSet = true;
        Schedule.Point();
        return true;
    }

    /// <summary>Waits for the event. If the time limit is finite, the schedule decides when the wait times out.</summary>
    public bool WaitOne(TimeSpan time)
    {
        Schedule.Point();
        if (TryTake())
            return true;
        if (time == Timeout.InfiniteTimeSpan)
        {
            while (!TryTake())
                Schedule.WaitUntil(() => _isSet);
            return true;
        }
        Schedule.Pause(time);
        return TryTake();
    }

    public bool WaitOne() => WaitOne(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
    }

    private bool TryTake()
    {
        lock (Atomic.Monitor)
        {
            bool wasSet = _isSet;
            _isSet = false;
            return wasSet;
        }
    }
}

/// <summary>Replaces the framework's type of this name.</summary>
internal static class Interlocked
{
    public static T Exchange<T>(ref T location, T value)
    {
        Schedule.Point();
        lock (Atomic.Monitor)
        {
            var before = location;
            location = value;
            return before;
        }
    }

    public static T CompareExchange<T>(ref T location, T value, T comparand)
    {
        Schedule.Point();
        lock (Atomic.Monitor)
        {
            var before = location;
            if (EqualityComparer<T>.Default.Equals(before, comparand))
                location = value;
            return before;
        }
    }

    public static T Add<T>(ref T location, T value)
        where T : Numerics.INumber<T>
    {
        Schedule.Point();
        lock (Atomic.Monitor)
            return location += value;
    }

    public static T Increment<T>(ref T location)
        where T : Numerics.INumber<T> => Add(ref location, T.One);

    public static T Decrement<T>(ref T location)
        where T : Numerics.INumber<T> => Add(ref location, -T.One);

    public static long Read(ref readonly long location) => Volatile.Read(in location);

    public static T Or<T>(ref T location, T value)
        where T : Numerics.IBinaryInteger<T>
    {
        Schedule.Point();
        lock (Atomic.Monitor)
        {
            var before = location;
            location |= value;
            return before;
        }
    }

    public static void MemoryBarrier() => Schedule.Point();
}

/// <summary>Replaces the framework's type of this name.</summary>
internal static class Volatile
{
    public static T Read<T>(ref readonly T location)
    {
        Schedule.Point();
        lock (Atomic.Monitor)
            return location;
    }

    public static void Write<T>(ref T location, T value)
    {
        Schedule.Point();
        lock (Atomic.Monitor)
            location = value;
    }
}

/// <summary>
/// Replaces the framework's thread pool. If a thread of a schedule queues work, a new thread of this schedule runs the work.
/// </summary>
internal static class ThreadPool
{
    public static int ThreadCount => 1;

    public static long PendingWorkItemCount => 0;

    public static long CompletedWorkItemCount => 0;

    public static bool UnsafeQueueUserWorkItem(IThreadPoolWorkItem item, bool preferLocal)
    {
        Schedule.Start(item.GetType().Name, item.Execute);
        return true;
    }

    public static bool UnsafeQueueUserWorkItem<TState>(Action<TState> action, TState state, bool preferLocal)
    {
        Schedule.Start(action.Method.Name, () => action(state));
        return true;
    }
}

/// <summary>
/// Replaces the framework's thread. If a schedule drives the thread that calls <see cref="Start"/>, the schedule drives the new thread,
/// too.
/// </summary>
internal sealed class Thread(Action run)
{
    public bool IsBackground { get; set; }

    public string? Name { get; set; }

    public bool IsAlive { get; private set; }

    public static void Sleep(int milliseconds) => Schedule.Pause(TimeSpan.FromMilliseconds(milliseconds));

    public static void Sleep(TimeSpan time) => Schedule.Pause(time);

    public void Start()
    {
        IsAlive = true;
        Schedule.Start(Name ?? "thread", () =>
        {
            run();
            IsAlive = false;
        });
    }

    public void Join() => Schedule.WaitUntil(() => !IsAlive);

    /// <summary>Waits until the thread has ended. Ignores the time limit, because schedules do not test timeouts.</summary>
    public bool Join(TimeSpan time)
    {
        Join();
        return true;
    }
}

/// <summary>Replaces the framework's type of this name.</summary>
internal struct SpinWait
{
    public static void SpinUntil(Func<bool> condition) => Schedule.WaitUntil(condition);
}
