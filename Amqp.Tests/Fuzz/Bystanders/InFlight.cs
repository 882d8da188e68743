using System.Diagnostics;

namespace Amqp.Tests.Fuzz.Bystanders;

/// <summary>
/// The sequence numbers of messages that a client has sent and not received back yet. Each message must come back once, in order and in
/// time. Thread-safe.
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

    /// <summary>Returns the sequence number of the next message, and adds it to the expected numbers.</summary>
    public long Next()
    {
        lock (_gate)
        {
            _expected.Enqueue((_next, Stopwatch.GetTimestamp()));
            return _next++;
        }
    }

    /// <summary>Checks and removes the sequence number of a message that has come back.</summary>
    /// <returns>An error text, or null if this is the next expected number.</returns>
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
