using System.Diagnostics;

namespace Amqp.Server.Bench;

/// <summary>What the threads of a load share: when it began, when to stop, what went wrong first. Set by the thread that runs the load; read by all.</summary>
/// <param name="warmup">How long not to measure.</param>
internal sealed class LoadControl(TimeSpan warmup)
{
    private volatile bool _arePublishersStopped;
    private volatile bool _areConsumersStopped;
    private Exception? _failure;

    /// <summary>When the first message is due, as a timestamp of <see cref="Stopwatch"/>.</summary>
    public long StartsAt { get; private set; }

    /// <summary>Latencies of messages that were due before do not count.</summary>
    public long MeasureFrom { get; private set; }

    /// <summary>Producers shall send no more, wait for their confirms and close.</summary>
    public bool ArePublishersStopped => _arePublishersStopped;

    /// <summary>Consumers shall close.</summary>
    public bool AreConsumersStopped => _areConsumersStopped;

    /// <summary>What went wrong first; null as long as nothing has.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Everybody is connected: the first message is due now. Before any thread starts.</summary>
    public void Begin()
    {
        StartsAt = Stopwatch.GetTimestamp();
        MeasureFrom = StartsAt + (long)(warmup.TotalSeconds * Stopwatch.Frequency);
    }

    public void StopPublishers() => _arePublishersStopped = true;

    public void StopAll()
    {
        _arePublishersStopped = true;
        _areConsumersStopped = true;
    }

    /// <summary>Starts a thread of the load; what it throws stops all others.</summary>
    public Thread Start(Action work, string name)
    {
        var thread = new Thread(() => Guard(work)) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    private void Guard(Action work)
    {
        try
        {
            work();
        }
        catch (Exception cause)
        {
            Interlocked.CompareExchange(ref _failure, cause, null);
            StopAll();
        }
    }
}
