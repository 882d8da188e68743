using System.Collections.Concurrent;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>
/// Publishes, on the thread pool, the dead letters that rounds have left. Serves the queues in order, one share of each, and only a bounded
/// number of queues at the same time. Thread-safe.
/// </summary>
/// <remarks>
/// The thread pool runs its work items in order. If a large cycle of queues that dead-letter to one another had a work item for each queue,
/// timers, commits and requests would wait for a share of every queue. So there are at most half as many work items as processors, whatever
/// the number of queues, and other work waits for one share only.
/// </remarks>
internal sealed class DeadLetterTurns : IThreadPoolWorkItem
{
    private static readonly int _maxWorkItems = Math.Max(1, Environment.ProcessorCount / 2);

    private readonly ConcurrentQueue<DeadLetterBacklog> _pending = new();
    private int _workItems; // in the pool; interlocked

    private DeadLetterTurns()
    {
    }

    /// <summary>The only instance, because the process has only one thread pool.</summary>
    public static DeadLetterTurns Shared { get; } = new();

    /// <summary>Schedules a share of a backlog, behind the backlogs that are already scheduled.</summary>
    public void Add(DeadLetterBacklog backlog)
    {
        _pending.Enqueue(backlog);
        StartWork();
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_pending.TryDequeue(out var backlog))
            backlog.PublishShare();
        if (!_pending.IsEmpty)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return;
        }
        Interlocked.Decrement(ref _workItems);
        StartWork(); // for a backlog that was added between the check and the decrement
    }

    private void StartWork()
    {
        // The first CompareExchange changes nothing, but is a full fence: either this thread sees that a work item has ended, or that work
        // item sees the new backlog.
        for (int workItems = Interlocked.CompareExchange(ref _workItems, 0, 0); workItems < _maxWorkItems && !_pending.IsEmpty;)
        {
            int before = Interlocked.CompareExchange(ref _workItems, workItems + 1, workItems);
            if (before == workItems)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                return;
            }
            workItems = before;
        }
    }
}
