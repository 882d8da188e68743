using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Storage;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Who waits for the store to make something durable.</summary>
internal interface ICommitWaiter
{
    /// <summary>The durable position has moved, or the store has failed.</summary>
    /// <returns>True to be called again at the next commit.</returns>
    bool OnCommitted(IMessageStore store, DispatchRound round);

    /// <summary><see cref="OnCommitted"/> has thrown, and is not called again: whoever is behind this must not wait for ever.</summary>
    void OnNotifyingFailed();
}

/// <summary>Tells those who wait when a commit is done: a few on the store's own thread, many on the thread pool, while the store already works on the next.</summary>
internal sealed class CommitNotifier : IThreadPoolWorkItem
{
    // Handing a pass over to the pool costs more than it takes to answer a few: with one publisher that waits for each of its
    // confirms, 80 us of 360 until the confirm. The next sync waits for so many answers at most.
    private const int FewWaiters = 8;

    private readonly IMessageStore _store;
    private readonly ContainedFaults _faults;
    private readonly Lock _gate = new();
    private List<ICommitWaiter> _waiting = []; // under the gate
    private List<ICommitWaiter> _served = []; // owned by the pass that runs
    private int _state; // interlocked: 0 idle, 1 scheduled or running, 2 running and wanted again

    public CommitNotifier(IMessageStore store, ContainedFaults faults)
    {
        (_store, _faults) = (store, faults);
        store.Committed += OnCommitted;
    }

    /// <summary>Adds one who waits for a position, until it says that it waits no more. The commit itself is for it to request.</summary>
    public void Add(ICommitWaiter waiter, long position)
    {
        lock (_gate)
            _waiting.Add(waiter);
        if (_store.Failure is not null || _store.DurablePosition >= position)
            Schedule(); // it was done before we began to wait
    }

    void IThreadPoolWorkItem.Execute()
    {
        var round = PooledRound.Current;
        do
        {
            Interlocked.Exchange(ref _state, 1);
            lock (_gate)
                (_waiting, _served) = (_served, _waiting);
            foreach (var waiter in _served)
                if (Notify(waiter, round))
                    lock (_gate)
                        _waiting.Add(waiter);
            _served.Clear();
            round.Complete();
        }
        while (Interlocked.CompareExchange(ref _state, 0, 1) != 1);
    }

    /// <summary>Throws nothing: an error of one waiter must not reach the others, nor the store, which takes any on its thread for its own end.</summary>
    private bool Notify(ICommitWaiter waiter, DispatchRound round)
    {
        try
        {
            return waiter.OnCommitted(_store, round);
        }
        catch (Exception error)
        {
            _faults.Note(Compartment.Connection, $"{waiter}, which could not be told what the store has made safe", error);
            _faults.Contain(Compartment.Connection, $"{waiter}, which is to be cut off", waiter.OnNotifyingFailed);
            return false;
        }
    }

    private void OnCommitted()
    {
        bool few;
        lock (_gate)
        {
            if (_waiting.Count == 0 && Volatile.Read(ref _state) == 0)
                return;
            few = _waiting.Count <= FewWaiters;
        }
        if (Interlocked.Exchange(ref _state, 2) != 0)
            return;
        if (few)
            ((IThreadPoolWorkItem)this).Execute();
        else
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void Schedule()
    {
        if (Interlocked.Exchange(ref _state, 2) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
