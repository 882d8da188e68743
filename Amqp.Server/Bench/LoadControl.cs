using System.Diagnostics;

namespace Amqp.Server.Bench;

/// <summary>State that the threads of a load share: start time, stop flags and first failure.</summary>
/// <param name="warmup">Duration of the warm-up, which is not measured.</param>
internal sealed class LoadControl(TimeSpan warmup)
{
    private volatile bool _arePublishersStopped;
    private volatile bool _areConsumersStopped;
    private Exception? _failure;

    /// <summary>Due time of the first message, as a timestamp of <see cref="Stopwatch"/>.</summary>
    public long StartsAt { get; private set; }

    /// <summary>End of the warm-up. Latencies of messages that were due earlier are not recorded.</summary>
    public long MeasureFrom { get; private set; }

    /// <summary>True once producers must stop sending, wait for outstanding confirms, and close.</summary>
    public bool ArePublishersStopped => _arePublishersStopped;

    /// <summary>True once consumers must close.</summary>
    public bool AreConsumersStopped => _areConsumersStopped;

    /// <summary>First failure of any thread; null if no thread failed.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Sets the due time of the first message to now. Called once all connections are open.</summary>
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

    /// <summary>Starts a thread of the load. If the thread fails with an exception, all other threads stop.</summary>
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
