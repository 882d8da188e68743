using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Faults;

/// <summary>Where every unexpected exception ends that was kept inside its compartment: it is counted, remembered and logged. Thread-safe.</summary>
/// <remarks>
/// The log stays readable whatever happens: what is the same fault again (compartment, place, type and the line that threw) is logged once
/// and then at most once a minute, and all of them together write at most <see cref="MostLines"/> lines a minute. The count misses none.
/// Nothing is called under its lock, so it may be called under any other.
/// </remarks>
internal sealed class ContainedFaults(ILogger logger, TimeProvider clock)
{
    /// <summary>Lines that are logged in a minute.</summary>
    public const int MostLines = 60;

    /// <summary>Faults that are remembered; beyond these the one that was seen longest ago is forgotten.</summary>
    public const int MostRemembered = 100;

    private static readonly TimeSpan _pause = TimeSpan.FromMinutes(1);

    private readonly long[] _counts = new long[Compartments.All.Count]; // interlocked
    private readonly Lock _gate = new();
    private readonly Dictionary<Key, Remembered> _remembered = []; // owned by _gate, as is what follows
    private long _minute; // when the one began in which lines are counted
    private int _lines = MostLines; // left in it

    /// <summary>How many there have been in compartments of a kind.</summary>
    public long Count(Compartment compartment) => Volatile.Read(ref _counts[(int)compartment]);

    /// <summary>How many there have been.</summary>
    public long Total => Compartments.All.Sum(Count);

    /// <summary>What is remembered, the latest first.</summary>
    public IReadOnlyList<ContainedFault> Recent
    {
        get
        {
            lock (_gate)
                return [.. _remembered.Values.Select(entry => entry.Fault).OrderByDescending(fault => fault.Last)];
        }
    }

    /// <summary>Takes note of an exception that goes no further. Throws nothing.</summary>
    /// <param name="compartment">Where it stayed.</param>
    /// <param name="place">Which one that is, for whoever reads the log.</param>
    /// <param name="error">What was thrown.</param>
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
            // Nobody is left to tell, and whoever contained the first one relies on it that this is the end of it.
        }
    }

    /// <summary>Does some work, of which no error goes further. Not for what is done for each message.</summary>
    /// <returns>False when it failed.</returns>
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
                if (_remembered.Count == MostRemembered)
                    _remembered.Remove(_remembered.MinBy(entry => entry.Value.Fault.Last).Key);
                known = new Remembered { Fault = new ContainedFault(key.Compartment, key.Place, error, now, now, 1) };
                _remembered.Add(key, known);
            }
            if (known.LoggedAt is { } logged && clock.GetElapsedTime(logged, tick) < _pause)
                return false;
            if (clock.GetElapsedTime(_minute, tick) >= _pause)
                (_minute, _lines) = (tick, MostLines);
            if (_lines == 0)
                return false;
            _lines--;
            known.LoggedAt = tick;
            return true;
        }
    }

    /// <summary>The line that threw, as the stack trace has it.</summary>
    private static string? Thrower(Exception error) => error.StackTrace?.Split('\n', 2)[0];

    private readonly record struct Key(Compartment Compartment, string Place, Type Error, string? Thrower);

    private sealed class Remembered
    {
        public required ContainedFault Fault { get; set; }

        public long? LoggedAt { get; set; }
    }
}
