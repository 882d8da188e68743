using Perfolizer.Horology;

namespace Amqp.Benchmarks;

/// <summary>
/// A clock for BenchmarkDotNet that measures the processor time of this process. So other processes do not disturb the results.
/// </summary>
internal sealed class ProcessorClock : IClock
{
    public string Title => "processor time";

    public bool IsAvailable => true;

    public Frequency Frequency => new(TimeSpan.TicksPerSecond);

    public long GetTimestamp() => Environment.CpuUsage.TotalTime.Ticks;
}
