using System.Diagnostics;

namespace Amqp.Server.Bench;

/// <summary>
/// State shared by the threads of a load: start time, stop flags, first failure. Written by the thread that runs the load; a thread that
/// fails sets the failure and the stop flags.
/// </summary>
/// <param name="warmup">Time at the start that is not measured.</param>
internal sealed class LoadControl(TimeSpan warmup)
{
    private volatile bool _arePublishersStopped;
    private volatile bool _areConsumersStopped;
    private Exception? _failure;

    /// <summary>Due time of the first message, as a timestamp of <see cref="Stopwatch"/>.</summary>
    public long StartsAt { get; private set; }

    /// <summary>End of the warm-up. Latencies of messages due earlier do not count.</summary>
    public long MeasureFrom { get; private set; }

    /// <summary>True once producers must stop sending, wait for their confirms and close.</summary>
    public bool ArePublishersStopped => _arePublishersStopped;

    /// <summary>True once consumers must close.</summary>
    public bool AreConsumersStopped => _areConsumersStopped;

    /// <summary>First failure of a thread; null if there is none.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Makes the first message due now. Call once all connections are open, before any thread starts.</summary>
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

    /// <summary>Starts a thread of the load. An exception in it stops all other threads.</summary>
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
