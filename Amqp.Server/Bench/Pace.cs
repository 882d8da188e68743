using System.Diagnostics;

namespace Amqp.Server.Bench;

/// <summary>
/// Computes the due times of a producer's messages. Due times are evenly spaced, and no two producers have the same due times.
/// </summary>
internal readonly struct Pace
{
    private readonly double _interval; // ticks of Stopwatch between two messages; 0 if the rate is not limited
    private readonly double _first;

    /// <summary>Creates the pace of one producer.</summary>
    /// <param name="startsAt">Timestamp at which the first producer's first message is due.</param>
    /// <param name="rate">Messages per second of all producers together; 0 for no limit.</param>
    /// <param name="producers">Number of producers.</param>
    /// <param name="index">Index of this producer, from 0.</param>
    public Pace(long startsAt, int rate, int producers, int index)
    {
        _interval = rate == 0 ? 0 : (double)Stopwatch.Frequency * producers / rate;
        _first = startsAt + _interval * index / producers;
    }

    public bool IsSet => _interval > 0;

    /// <summary>Returns the due time of the message with this number, counted from 0.</summary>
    public long DueAt(long number) => (long)(_first + number * _interval);

    /// <summary>Returns the microseconds until a message is due, rounded up.</summary>
    /// <param name="number">Number of the message, from 0.</param>
    /// <param name="now">Current timestamp of <see cref="Stopwatch"/>.</param>
    /// <returns>0 if the message is already due.</returns>
    public long MicrosecondsUntil(long number, long now) =>
        Math.Max(0, (long)Math.Ceiling((DueAt(number) - now) * 1e6 / Stopwatch.Frequency));

    /// <summary>Returns the number of messages that are due by this timestamp, including all earlier messages.</summary>
    public long DueBy(long now) => now < _first ? 0 : (long)((now - _first) / _interval) + 1;
}
