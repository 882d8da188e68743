using System.Diagnostics;

namespace Amqp.Server.Bench;

/// <summary>When a producer's messages are due: at even distances, and those of several producers between each other's.</summary>
internal readonly struct Pace
{
    private readonly double _interval; // ticks of the stopwatch; 0: always
    private readonly double _first;

    /// <param name="startsAt">When the first message of the first producer is due.</param>
    /// <param name="rate">Messages per second of all producers together; 0: as fast as they can.</param>
    /// <param name="producers">How many there are.</param>
    /// <param name="index">Which of them this is.</param>
    public Pace(long startsAt, int rate, int producers, int index)
    {
        _interval = rate == 0 ? 0 : (double)Stopwatch.Frequency * producers / rate;
        _first = startsAt + _interval * index / producers;
    }

    /// <summary>Whether there is a pace at all.</summary>
    public bool IsSet => _interval > 0;

    /// <summary>When a message is due.</summary>
    /// <param name="number">Counted from 0.</param>
    public long DueAt(long number) => (long)(_first + number * _interval);

    /// <summary>How long to wait until a message is due, rounded up: who wakes before it is must go to sleep once more.</summary>
    /// <param name="number">Counted from 0.</param>
    /// <param name="now">A timestamp of <see cref="Stopwatch"/>.</param>
    /// <returns>Microseconds; 0 when it is due.</returns>
    public long MicrosecondsUntil(long number, long now) =>
        Math.Max(0, (long)Math.Ceiling((DueAt(number) - now) * 1e6 / Stopwatch.Frequency));

    /// <summary>How many messages have been due up to now.</summary>
    public long DueBy(long now) => now < _first ? 0 : (long)((now - _first) / _interval) + 1;
}
