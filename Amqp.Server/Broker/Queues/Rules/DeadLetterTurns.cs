using System.Collections.Concurrent;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>Publishes the dead letters of all queues on the thread pool. The queues take turns. Thread-safe.</summary>
/// <remarks>Uses at most half of the processors, to leave threads for timers, commits and requests.</remarks>
internal sealed class DeadLetterTurns : IThreadPoolWorkItem
{
    private static readonly int _maxWorkItems = Math.Max(1, Environment.ProcessorCount / 2);

    private readonly ConcurrentQueue<DeadLetterBacklog> _pending = new();
    private int _workItems; // number of work items in the pool; changed with Interlocked

    private DeadLetterTurns()
    {
    }

    /// <summary>The only instance, because the process has only one thread pool.</summary>
    public static DeadLetterTurns Shared { get; } = new();

    /// <summary>Adds a backlog behind those that already wait.</summary>
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
        StartWork(); // in case a backlog was added after the check of _pending
    }

    private void StartWork()
    {
        // This CompareExchange changes nothing. It is a full fence before the read of _pending.
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
