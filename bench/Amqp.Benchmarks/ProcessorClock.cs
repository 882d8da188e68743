using Perfolizer.Horology;

namespace Amqp.Benchmarks;

/// <summary>Measures the processor time of this process, so that other processes on the machine do not count.</summary>
internal sealed class ProcessorClock : IClock
{
    public string Title => "processor time";

    public bool IsAvailable => true;

    public Frequency Frequency => new(TimeSpan.TicksPerSecond);

    public long GetTimestamp() => Environment.CpuUsage.TotalTime.Ticks;
}
