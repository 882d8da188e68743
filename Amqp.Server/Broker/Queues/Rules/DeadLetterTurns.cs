using System.Collections.Concurrent;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>Has queues publish the rest of their dead letters on the thread pool: one share after another, few at a time. Thread-safe.</summary>
/// <remarks>
/// The thread pool does what waits in it in order. With a work item for each queue of a large circle, timers, commits and
/// requests would wait behind a share of each. So there are as many as half the processors, whatever the number of queues,
/// and what comes meanwhile has its turn after one share.
/// </remarks>
internal sealed class DeadLetterTurns : IThreadPoolWorkItem
{
    private static readonly int _mostAtWork = Math.Max(1, Environment.ProcessorCount / 2);

    private readonly ConcurrentQueue<DeadLetterBacklog> _waiting = new();
    private int _atWork; // work items in the pool; interlocked

    private DeadLetterTurns()
    {
    }

    /// <summary>That of the process, as the thread pool is.</summary>
    public static DeadLetterTurns Shared { get; } = new();

    /// <summary>Has a backlog published behind those that wait already.</summary>
    public void Add(DeadLetterBacklog backlog)
    {
        _waiting.Enqueue(backlog);
        StartWork();
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_waiting.TryDequeue(out var backlog))
            backlog.PublishShare();
        if (!_waiting.IsEmpty)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return;
        }
        Interlocked.Decrement(ref _atWork);
        StartWork(); // for what came between the look and the decrement
    }

    private void StartWork()
    {
        // An exchange that changes nothing is a full fence: either this sees that a work item has gone,
        // or that one sees what waits.
        for (int atWork = Interlocked.CompareExchange(ref _atWork, 0, 0); atWork < _mostAtWork && !_waiting.IsEmpty;)
        {
            int before = Interlocked.CompareExchange(ref _atWork, atWork + 1, atWork);
            if (before == atWork)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                return;
            }
            atWork = before;
        }
    }
}
