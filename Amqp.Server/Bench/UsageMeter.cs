namespace Amqp.Server.Bench;

/// <summary>Resources that a process used during a load.</summary>
/// <param name="CpuSeconds">Processor time in user mode and in the kernel.</param>
/// <param name="CpuSecondsPerMillion">Processor time per million messages, or per million objects opened and closed.</param>
internal record ProcessCost(double CpuSeconds, double CpuSecondsPerMillion);

/// <summary>Resources that the broker's process used during a load.</summary>
/// <param name="Pid">Process id.</param>
/// <param name="CpuSeconds">Processor time in user mode and in the kernel.</param>
/// <param name="CpuSecondsPerMillion">Processor time per million messages, or per million objects opened and closed.</param>
/// <param name="RssAtStart">Resident memory in bytes before the load.</param>
/// <param name="RssMax">Largest resident memory in bytes, sampled once a second.</param>
/// <param name="RssAtEnd">Resident memory in bytes after the load.</param>
internal sealed record BrokerCost(int Pid, double CpuSeconds, double CpuSecondsPerMillion, long RssAtStart, long RssMax, long RssAtEnd)
    : ProcessCost(CpuSeconds, CpuSecondsPerMillion);

/// <summary>Measures the resources of this process, and of the broker's process if its id is known. Used by one thread only.</summary>
internal sealed class UsageMeter
{
    private readonly int? _pid;
    private readonly BrokerUsage? _broker;
    private readonly long _rssAtStart;
    private double _ownBefore;
    private double _brokerBefore;
    private long _rssMax;

    /// <summary>Starts the measurement. If the broker's process id is null, measures only this process.</summary>
    /// <exception cref="LoadException">There is no such process, or this system is not Linux.</exception>
    public UsageMeter(int? brokerPid)
    {
        _pid = brokerPid;
        _broker = brokerPid is { } pid ? new BrokerUsage(pid) : null;
        _rssAtStart = _rssMax = _broker?.ResidentBytes() ?? 0;
        Begin();
    }

    /// <summary>Restarts the measurement of processor time, at the end of the warm-up.</summary>
    public void Begin()
    {
        _ownBefore = OwnCpuSeconds;
        _brokerBefore = _broker?.CpuSeconds() ?? 0;
    }

    /// <summary>Reads the broker's resident memory, and keeps the largest value.</summary>
    public void SampleMemory() => _rssMax = Math.Max(_rssMax, _broker?.ResidentBytes() ?? 0);

    /// <summary>Ends the measurement and returns the results.</summary>
    /// <param name="count">Number of messages, or of objects opened and closed.</param>
    public (ProcessCost Own, BrokerCost? Broker) End(long count)
    {
        double own = OwnCpuSeconds - _ownBefore;
        if (_broker is null)
            return (new ProcessCost(own, PerMillion(own, count)), null);
        SampleMemory();
        double broker = _broker.CpuSeconds() - _brokerBefore;
        return (
            new ProcessCost(own, PerMillion(own, count)),
            new BrokerCost(_pid!.Value, broker, PerMillion(broker, count), _rssAtStart, _rssMax, _broker.ResidentBytes()));
    }

    private static double OwnCpuSeconds => Environment.CpuUsage.TotalTime.TotalSeconds;

    private static double PerMillion(double seconds, long count) => count == 0 ? 0 : seconds / count * 1e6;
}
