namespace Amqp.Schedules.Control;

/// <summary>Chooses which thread goes on.</summary>
internal interface ISchedulingStrategy
{
    /// <summary>A thread has been started; its number is one more than the last one's.</summary>
    void NoteStarted(int thread);

    /// <summary>A thread has nothing to do before others have had their turn.</summary>
    void NoteYielded(int thread);

    /// <summary>Chooses one of those that have not ended.</summary>
    /// <param name="threads">Their numbers.</param>
    /// <param name="point">How many points were passed.</param>
    int Choose(IReadOnlyList<int> threads, int point);
}

/// <summary>Any thread at any point.</summary>
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
/// The thread of the highest priority, which changes at a few random points: finds what takes few
/// switches in the right places (probabilistic concurrency testing).
/// </summary>
/// <param name="seed">Of the priorities and the points.</param>
/// <param name="changes">How many points.</param>
/// <param name="length">Points that a run has, about.</param>
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
