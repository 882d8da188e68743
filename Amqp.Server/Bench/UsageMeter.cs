namespace Amqp.Server.Bench;

/// <summary>What a process has cost over a load.</summary>
/// <param name="CpuSeconds">Processor time, user and system.</param>
/// <param name="CpuSecondsPerMillion">The same for a million messages, or whatever was counted.</param>
internal record ProcessCost(double CpuSeconds, double CpuSecondsPerMillion);

/// <summary>What the broker's process has cost over a load.</summary>
/// <param name="Pid">Its id.</param>
/// <param name="CpuSeconds">Processor time, user and system.</param>
/// <param name="CpuSecondsPerMillion">The same for a million messages, or whatever was counted.</param>
/// <param name="RssAtStart">Bytes of memory before the load.</param>
/// <param name="RssMax">The most that was seen; it is looked at every second.</param>
/// <param name="RssAtEnd">Bytes of memory after the load.</param>
internal sealed record BrokerCost(int Pid, double CpuSeconds, double CpuSecondsPerMillion, long RssAtStart, long RssMax, long RssAtEnd)
    : ProcessCost(CpuSeconds, CpuSecondsPerMillion);

/// <summary>Measures what this process and, if it is told which that is, the broker's spend on a load. Used by one thread.</summary>
internal sealed class UsageMeter
{
    private readonly int? _pid;
    private readonly BrokerUsage? _broker;
    private readonly long _rssAtStart;
    private double _ownBefore;
    private double _brokerBefore;
    private long _rssMax;

    /// <exception cref="LoadException">There is no such process.</exception>
    public UsageMeter(int? brokerPid)
    {
        _pid = brokerPid;
        _broker = brokerPid is { } pid ? new BrokerUsage(pid) : null;
        _rssAtStart = _rssMax = _broker?.ResidentBytes() ?? 0;
        Begin();
    }

    /// <summary>Processor time counts from now on.</summary>
    public void Begin()
    {
        _ownBefore = OwnCpuSeconds;
        _brokerBefore = _broker?.CpuSeconds() ?? 0;
    }

    /// <summary>Looks at the broker's memory.</summary>
    public void LookAtMemory() => _rssMax = Math.Max(_rssMax, _broker?.ResidentBytes() ?? 0);

    /// <summary>What it came to.</summary>
    /// <param name="count">Messages, or whatever else the cost is of.</param>
    public (ProcessCost Own, BrokerCost? Broker) End(long count)
    {
        double own = OwnCpuSeconds - _ownBefore;
        if (_broker is null)
            return (new ProcessCost(own, PerMillion(own, count)), null);
        LookAtMemory();
        double broker = _broker.CpuSeconds() - _brokerBefore;
        return (
            new ProcessCost(own, PerMillion(own, count)),
            new BrokerCost(_pid!.Value, broker, PerMillion(broker, count), _rssAtStart, _rssMax, _broker.ResidentBytes()));
    }

    private static double OwnCpuSeconds => Environment.CpuUsage.TotalTime.TotalSeconds;

    private static double PerMillion(double seconds, long count) => count == 0 ? 0 : seconds / count * 1e6;
}
