using System.Diagnostics;

namespace Amqp.Tests.Fuzz.Bystanders;

/// <summary>Numbers that are under way: each is to arrive once, in order and in time. Thread-safe.</summary>
internal sealed class InFlight
{
    private readonly Lock _gate = new();
    private readonly Queue<(long Number, long Since)> _expected = new();
    private long _next;

    /// <summary>How many have arrived.</summary>
    public long Arrived { get; private set; }

    public TimeSpan Latest { get; private set; }

    /// <summary>How many are under way.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _expected.Count;
        }
    }

    /// <summary>How long the first of them has been under way.</summary>
    public TimeSpan Age
    {
        get
        {
            lock (_gate)
                return _expected.TryPeek(out var first) ? Stopwatch.GetElapsedTime(first.Since) : TimeSpan.Zero;
        }
    }

    /// <summary>The next number to send.</summary>
    public long Next()
    {
        lock (_gate)
        {
            _expected.Enqueue((_next, Stopwatch.GetTimestamp()));
            return _next++;
        }
    }

    /// <summary>Takes one that has arrived.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public string? Take(long number)
    {
        lock (_gate)
        {
            if (!_expected.TryDequeue(out var expected))
                return $"message {number} came once more";
            if (expected.Number != number)
                return $"message {number} came in the place of {expected.Number}";
            Arrived++;
            var time = Stopwatch.GetElapsedTime(expected.Since);
            Latest = time > Latest ? time : Latest;
            return null;
        }
    }
}
