using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Storage;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Waits until the store has made certain messages durable.</summary>
internal interface ICommitWaiter
{
    /// <summary>Called after a commit may have made more messages durable, or after the store has failed.</summary>
    /// <returns>True to be called again at the next commit.</returns>
    bool OnCommitted(IMessageStore store, DispatchRound round);

    /// <summary>
    /// Called after <see cref="OnCommitted"/> has thrown an exception. There will be no further call, so the implementation must end the
    /// wait of its client.
    /// </summary>
    void OnNotifyingFailed();
}

/// <summary>
/// Notifies waiters after a commit. Notifies a few waiters on the store's own thread. Notifies many on the thread pool, while the store
/// already works on the next commit.
/// </summary>
internal sealed class CommitNotifier : IThreadPoolWorkItem
{
    // If no more waiters than this are waiting, they are notified on the store's thread. That delays the next sync, but the thread pool
    // would cost more: 80 us of the 360 us until a confirm, measured with one publisher that waits for each confirm.
    private const int FewWaiters = 8;

    private readonly IMessageStore _store;
    private readonly ContainedFaults _faults;
    private readonly Lock _gate = new();
    private List<ICommitWaiter> _waiting = []; // guarded by _gate
    private List<ICommitWaiter> _notified = []; // used only by the thread that notifies
    // Changed with Interlocked. 0: idle. 1: waiters are being notified. 2: notifying is scheduled, or runs and must run once more.
    private int _state;

    public CommitNotifier(IMessageStore store, ContainedFaults faults)
    {
        (_store, _faults) = (store, faults);
        store.Committed += OnCommitted;
    }

    /// <summary>
    /// Adds a waiter, which is notified of each commit until it returns false. Does not request a commit; the waiter does that itself.
    /// </summary>
    public void Add(ICommitWaiter waiter, long position)
    {
        lock (_gate)
            _waiting.Add(waiter);
        if (_store.Failure is not null || _store.DurablePosition >= position)
            Schedule(); // because the commit may have ended before the waiter was added
    }

    void IThreadPoolWorkItem.Execute()
    {
        var round = PooledRound.Current;
        do
        {
            Interlocked.Exchange(ref _state, 1);
            lock (_gate)
                (_waiting, _notified) = (_notified, _waiting);
            foreach (var waiter in _notified)
                if (Notify(waiter, round))
                    lock (_gate)
                        _waiting.Add(waiter);
            _notified.Clear();
            round.Complete();
        }
        while (Interlocked.CompareExchange(ref _state, 0, 1) != 1);
    }

    /// <summary>
    /// Notifies one waiter. Never throws: an exception must not affect other waiters. Nor must it reach the store, because an exception on
    /// the store's thread makes the store fail.
    /// </summary>
    private bool Notify(ICommitWaiter waiter, DispatchRound round)
    {
        try
        {
            return waiter.OnCommitted(_store, round);
        }
        catch (Exception error)
        {
            _faults.Note(Compartment.Connection, $"{waiter}, which could not be notified of a commit", error);
            _faults.Contain(Compartment.Connection, $"{waiter}, which is to be disconnected", waiter.OnNotifyingFailed);
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
