using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Faults;

/// <summary>Counts, remembers and logs the unexpected exceptions that were contained in compartments. Thread-safe.</summary>
/// <remarks>
/// The log is bounded. The same fault (compartment, place, type and throwing line) is logged once, and then at most once a minute. All
/// faults together write at most <see cref="MaxLines"/> lines a minute. The count is exact. No other lock is taken under the lock of this
/// class, so callers may hold any lock.
/// </remarks>
internal sealed class ContainedFaults(ILogger logger, TimeProvider clock)
{
    /// <summary>Maximum number of lines that are logged in a minute.</summary>
    public const int MaxLines = 60;

    /// <summary>Maximum number of remembered faults. Beyond that number, the fault with the oldest last occurrence is forgotten.</summary>
    public const int MaxRemembered = 100;

    private static readonly TimeSpan _pause = TimeSpan.FromMinutes(1);

    private readonly long[] _counts = new long[Compartments.All.Count]; // interlocked
    private readonly Lock _gate = new();
    private readonly Dictionary<Key, Remembered> _remembered = []; // guarded by _gate, like the next two fields
    private long _minute; // start of the minute in which lines are counted
    private int _lines = MaxLines; // lines left in this minute

    /// <summary>Returns the number of faults in a kind of compartment.</summary>
    public long Count(Compartment compartment) => Volatile.Read(ref _counts[(int)compartment]);

    /// <summary>Number of faults in all compartments.</summary>
    public long Total => Compartments.All.Sum(Count);

    /// <summary>Remembered faults, latest first.</summary>
    public IReadOnlyList<ContainedFault> Recent
    {
        get
        {
            lock (_gate)
                return [.. _remembered.Values.Select(entry => entry.Fault).OrderByDescending(fault => fault.Last)];
        }
    }

    /// <summary>Records a contained exception. Throws nothing.</summary>
    /// <param name="compartment">Kind of compartment that contained the exception.</param>
    /// <param name="place">Name of the compartment and place in it, for the log.</param>
    /// <param name="error">The contained exception.</param>
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
            // Logging failed, so the fault cannot be reported. The caller relies on this method to throw nothing.
        }
    }

    /// <summary>
    /// Runs work and contains its exceptions. Not for work that is done for each message: such work must not allocate, and the delegate is
    /// an allocation.
    /// </summary>
    /// <returns>False if the work threw.</returns>
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

    /// <summary>Returns the line that threw, from the stack trace.</summary>
    private static string? Thrower(Exception error) => error.StackTrace?.Split('\n', 2)[0];

    private readonly record struct Key(Compartment Compartment, string Place, Type Error, string? Thrower);

    private sealed class Remembered
    {
        public required ContainedFault Fault { get; set; }

        public long? LoggedAt { get; set; }
    }
}
