using System.Globalization;

namespace Amqp.Server.Broker.Alarms;

/// <summary>The load of this machine's processors, by all programs together. Thread-safe.</summary>
/// <param name="readTimes">Returns the processors' time since the start of the machine, in any unit: all of it, and the idle part.</param>
/// <param name="clock">Measures the time between two samples.</param>
internal sealed class ProcessorLoad(Func<(long All, long Idle)> readTimes, TimeProvider clock)
{
    // The system counts in steps of 10 ms, so a shorter sample would be too coarse.
    private static readonly TimeSpan _sampleTime = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _outdated = TimeSpan.FromMilliseconds(500);

    // Of this many parts of the processors' time, one may be idle in a sample in which publishers ran, and in one in which they waited.
    // Publishers that wait take less time: with one limit for both, they would run ahead for a tenth of a second after each wait.
    private const int FirstIdlePart = 10;
    private const int IdlePart = 3;

    private readonly Lock _lock = new();
    private long? _sampledAt; // guarded by the lock, as are the next two fields
    private (long All, long Idle) _sample;
    private bool _isSaturated;

    /// <summary>
    /// True if the processors had almost no idle time in the last tenth of a second, or had almost none before and still have little. Also
    /// true if this is not known, because the property was not read for a while.
    /// </summary>
    public bool IsSaturated
    {
        get
        {
            lock (_lock)
            {
                var age = _sampledAt is { } sampledAt ? clock.GetElapsedTime(sampledAt) : _outdated;
                if (age < _sampleTime)
                    return _isSaturated;
                var now = readTimes();
                int idlePart = _isSaturated ? IdlePart : FirstIdlePart;
                _isSaturated = age >= _outdated || (now.Idle - _sample.Idle) * idlePart <= now.All - _sample.All;
                (_sampledAt, _sample) = (clock.GetTimestamp(), now);
                return _isSaturated;
            }
        }
    }

    /// <summary>Returns the load of this machine. On systems other than Linux, the processors always count as idle.</summary>
    public static ProcessorLoad OfMachine(TimeProvider clock)
    {
        long idle = 0; // on other systems
        return new ProcessorLoad(OperatingSystem.IsLinux() ? ReadTimes : () => (++idle, idle), clock);
    }

    private static (long All, long Idle) ReadTimes()
    {
        // cpu  user nice system idle iowait irq softirq steal guest guest_nice
        using var file = new StreamReader("/proc/stat");
        long[] times = [.. file.ReadLine()!.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
            .Select(time => long.Parse(time, CultureInfo.InvariantCulture))];
        return (times.Sum(), times[3] + times[4]);
    }
}
