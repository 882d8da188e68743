using System.Diagnostics;

namespace Amqp.Tests.Fuzz.Bystanders;

/// <summary>
/// The numbers of sent messages that have not come back yet. Each must come back once, in order and in time. Thread-safe.
/// </summary>
internal sealed class InFlight
{
    private readonly Lock _gate = new();
    private readonly Queue<(long Number, long Since)> _expected = new();
    private long _next;

    public long Arrived { get; private set; }

    public TimeSpan Latest { get; private set; }

    /// <summary>Number of messages that have not come back yet.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _expected.Count;
        }
    }

    /// <summary>Time since the client sent the oldest message that has not come back.</summary>
    public TimeSpan Age
    {
        get
        {
            lock (_gate)
                return _expected.TryPeek(out var first) ? Stopwatch.GetElapsedTime(first.Since) : TimeSpan.Zero;
        }
    }

    /// <summary>Returns the number for the next message, and adds it to the numbers that must come back.</summary>
    public long Next()
    {
        lock (_gate)
        {
            _expected.Enqueue((_next, Stopwatch.GetTimestamp()));
            return _next++;
        }
    }

    /// <summary>Removes a number that has come back.</summary>
    /// <returns>An error text, or null if the number is the expected one.</returns>
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
