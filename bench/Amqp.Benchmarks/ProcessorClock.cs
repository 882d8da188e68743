using Perfolizer.Horology;

namespace Amqp.Benchmarks;

/// <summary>Counts the processor time of this process: what others do on the machine then does not count.</summary>
internal sealed class ProcessorClock : IClock
{
    public string Title => "processor time";

    public bool IsAvailable => true;

    public Frequency Frequency => new(TimeSpan.TicksPerSecond);

    public long GetTimestamp() => Environment.CpuUsage.TotalTime.Ticks;
}
