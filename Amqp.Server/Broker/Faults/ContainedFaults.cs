using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Faults;

/// <summary>Counts, remembers and logs unexpected exceptions. Thread-safe. Callers may hold any lock.</summary>
/// <remarks>
/// Exceptions with the same compartment, object, type and throwing line are one fault. A fault is logged at most once a minute. All
/// faults together write at most <see cref="MaxLines"/> lines a minute.
/// </remarks>
internal sealed class ContainedFaults(ILogger logger, TimeProvider clock)
{
    /// <summary>Maximum number of log lines that all faults together write in a minute.</summary>
    public const int MaxLines = 60;

    /// <summary>
    /// Maximum number of remembered faults. If there are more, the fault that has not occurred for the longest time is forgotten.
    /// </summary>
    public const int MaxRemembered = 100;

    private static readonly TimeSpan _pause = TimeSpan.FromMinutes(1);

    private readonly long[] _counts = new long[Compartments.All.Count]; // one count for each compartment; changed with Interlocked
    private readonly Lock _gate = new();
    private readonly Dictionary<Key, Remembered> _remembered = []; // _gate guards this field and the next two
    private long _minute; // start of the minute to which _lines belongs
    private int _lines = MaxLines; // number of lines that may still be logged in this minute

    /// <summary>Returns the number of faults in compartments of this kind.</summary>
    public long Count(Compartment compartment) => Volatile.Read(ref _counts[(int)compartment]);

    /// <summary>Number of faults in all compartments.</summary>
    public long Total => Compartments.All.Sum(Count);

    /// <summary>The remembered faults. The fault that occurred most recently comes first.</summary>
    public IReadOnlyList<ContainedFault> Recent
    {
        get
        {
            lock (_gate)
                return [.. _remembered.Values.Select(entry => entry.Fault).OrderByDescending(fault => fault.Last)];
        }
    }

    /// <summary>Counts, remembers and logs an exception. Never throws.</summary>
    /// <param name="compartment">Kind of the object in which the exception occurred, such as a queue.</param>
    /// <param name="place">Description of the object, for the log.</param>
    /// <param name="error">The exception.</param>
    public void Note(Compartment compartment, string place, Exception error)
    {
        Interlocked.Increment(ref _counts[(int)compartment]);
        try
        {
            if (ShouldLog(new Key(compartment, place, error.GetType(), Thrower(error)), error))
                logger.FaultContained(compartment.Name(), place, error);
        }
        catch (Exception)
        {
            // Logging failed, so the fault cannot be reported. This method must not throw.
        }
    }

    /// <summary>
    /// Runs work. Catches every exception and notes it. Must not be used for every message, because each call allocates a delegate.
    /// </summary>
    /// <returns>False if the work threw an exception.</returns>
    public bool Contain(Compartment compartment, string place, Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (Exception error)
        {
            Note(compartment, place, error);
            return false;
        }
    }

    /// <inheritdoc cref="Contain"/>
    public async Task<bool> ContainAsync(Compartment compartment, string place, Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (Exception error)
        {
            Note(compartment, place, error);
            return false;
        }
    }

    private bool ShouldLog(Key key, Exception error)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            long tick = clock.GetTimestamp();
            if (_remembered.TryGetValue(key, out var known))
            {
                known.Fault = known.Fault with { Last = now, Count = known.Fault.Count + 1 };
            }
            else
            {
                if (_remembered.Count == MaxRemembered)
                    _remembered.Remove(_remembered.MinBy(entry => entry.Value.Fault.Last).Key);
                known = new Remembered { Fault = new ContainedFault(key.Compartment, key.Place, error, now, now, 1) };
                _remembered.Add(key, known);
            }
            if (known.LoggedAt is { } logged && clock.GetElapsedTime(logged, tick) < _pause)
                return false;
            if (clock.GetElapsedTime(_minute, tick) >= _pause)
                (_minute, _lines) = (tick, MaxLines);
            if (_lines == 0)
                return false;
            _lines--;
            known.LoggedAt = tick;
            return true;
        }
    }

    /// <summary>Returns the first line of the stack trace, which names the code that threw the exception.</summary>
    private static string? Thrower(Exception error) => error.StackTrace?.Split('\n', 2)[0];

    private readonly record struct Key(Compartment Compartment, string Place, Type Error, string? Thrower);

    private sealed class Remembered
    {
        public required ContainedFault Fault { get; set; }

        public long? LoggedAt { get; set; }
    }
}
