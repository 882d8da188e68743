using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Storage;

namespace Amqp.Server.Broker.Sessions;

/// <summary>An object that waits until the store has made its messages durable.</summary>
internal interface ICommitWaiter
{
    /// <summary>Called when messages may have become durable, or the store has failed.</summary>
    /// <returns>True to be called again at the next commit.</returns>
    bool OnCommitted(IMessageStore store, DispatchRound round);

    /// <summary>Called after <see cref="OnCommitted"/> has thrown. Must disconnect the client, because no further call follows.</summary>
    void OnNotifyingFailed();
}

/// <summary>Notifies waiters after a commit: on the store's thread if the waiters are few, or else on the thread pool.</summary>
internal sealed class CommitNotifier : IThreadPoolWorkItem
{
    // Maximum number of waiters to notify on the store's thread. The thread pool would delay a confirm by about 80 us.
    private const int FewWaiters = 32;

    // Number of commits in a row with the same only waiter, after which the waiter counts as the only publisher.
    private const int LoneCommits = 16;

    private readonly IMessageStore _store;
    private readonly ContainedFaults _faults;
    private readonly Lock _gate = new();
    private List<ICommitWaiter> _waiting = []; // guarded by _gate
    private List<ICommitWaiter> _notified = []; // used only by the thread that notifies
    private ICommitWaiter? _lone; // the only waiter of the last commits; written by the thread that notifies, as is the next field
    private int _loneCommits;
    // Changed with Interlocked. 0: idle. 1: waiters are being notified. 2: notifying is scheduled, or runs and must run once more.
    private int _state;

    public CommitNotifier(IMessageStore store, ContainedFaults faults)
    {
        (_store, _faults) = (store, faults);
        store.Committed += OnCommitted;
    }

    /// <summary>
    /// Adds a waiter. The waiter is removed when <see cref="ICommitWaiter.OnCommitted"/> returns false. Does not request a commit.
    /// </summary>
    public void Add(ICommitWaiter waiter, long position)
    {
        lock (_gate)
            _waiting.Add(waiter);
        if (_store.Failure is not null || _store.DurablePosition >= position)
            Schedule(); // because the commit may have ended before the waiter was added
    }

    /// <summary>True if this waiter was the only one at each of the last commits.</summary>
    public bool IsOnly(ICommitWaiter waiter) =>
        Volatile.Read(ref _loneCommits) >= LoneCommits && ReferenceEquals(Volatile.Read(ref _lone), waiter);

    void IThreadPoolWorkItem.Execute()
    {
        var round = PooledRound.Current;
        do
        {
            Interlocked.Exchange(ref _state, 1);
            lock (_gate)
                (_waiting, _notified) = (_notified, _waiting);
            NoteWaiters(_notified);
            foreach (var waiter in _notified)
                if (Notify(waiter, round))
                    lock (_gate)
                        _waiting.Add(waiter);
            _notified.Clear();
            round.Complete();
        }
        while (Interlocked.CompareExchange(ref _state, 0, 1) != 1);
    }

    private void NoteWaiters(List<ICommitWaiter> waiters)
    {
        if (waiters.Count == 0)
            return;
        if (waiters.Count == 1 && ReferenceEquals(waiters[0], _lone))
        {
            Volatile.Write(ref _loneCommits, _loneCommits + 1);
            return;
        }
        Volatile.Write(ref _loneCommits, 0);
        Volatile.Write(ref _lone, waiters.Count == 1 ? waiters[0] : null);
    }

    /// <summary>Notifies one waiter. Never throws, because an exception on the store's thread would make the store fail.</summary>
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
