namespace Amqp.Schedules.Control;

/// <summary>Chooses the thread that continues when a schedule has reached a point.</summary>
internal interface ISchedulingStrategy
{
    /// <summary>Records that a thread was started. Threads are numbered in the order of their start.</summary>
    void NoteStarted(int thread);

    /// <summary>Records that a thread has nothing to do until other threads have run.</summary>
    void NoteYielded(int thread);

    /// <summary>Returns the number of the thread that continues.</summary>
    /// <param name="threads">Numbers of the threads that can continue.</param>
    /// <param name="point">Number of points that the schedule has passed so far.</param>
    int Choose(IReadOnlyList<int> threads, int point);
}

/// <summary>Chooses a random thread at each point.</summary>
internal sealed class RandomWalk(int seed) : ISchedulingStrategy
{
    private readonly Random _random = new(seed);

    public void NoteStarted(int thread)
    {
    }

    public void NoteYielded(int thread)
    {
    }

    public int Choose(IReadOnlyList<int> threads, int point) => threads[_random.Next(threads.Count)];
}

/// <summary>
/// Chooses the thread with the highest priority, and changes priorities at a few random points (probabilistic concurrency testing).
/// </summary>
/// <param name="seed">Seed of the random priorities and of the random points.</param>
/// <param name="changes">Number of points at which priorities change.</param>
/// <param name="length">Approximate number of points of a run.</param>
internal sealed class Priorities(int seed, int changes, int length) : ISchedulingStrategy
{
    private readonly Random _random = new(seed);
    private readonly List<double> _priorities = [];
    private readonly HashSet<int> _changes =
        [.. Enumerable.Range(0, changes).Select(change => new Random(HashCode.Combine(seed, change)).Next(Math.Max(length, 1)))];
    private double _lowest;

    public void NoteStarted(int thread) => _priorities.Add(_random.NextDouble());

    public void NoteYielded(int thread) => _priorities[thread] = --_lowest;

    public int Choose(IReadOnlyList<int> threads, int point)
    {
        int chosen = threads.MaxBy(thread => _priorities[thread]);
        if (_changes.Remove(point))
            _priorities[chosen] = --_lowest;
        return threads.MaxBy(thread => _priorities[thread]);
    }
}
