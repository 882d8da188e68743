using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;
using Amqp.Storage;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Tells the publisher of a session which of its messages are safe, once it has asked for that.</summary>
/// <remarks>Owned by the one thread that asks for the session. The gate of its sink guards what a commit's thread touches as well.</remarks>
internal sealed class Confirms(BrokerSession session) : ICommitWaiter
{
    private readonly BrokerClient _client = session.Client;
    private ConfirmTracker? _tracker; // its runs are under the gate, as is what follows
    private bool _isOver;
    private bool _isAwaitingCommit; // it is with the commit notifier

    /// <summary>Whether publishes are confirmed.</summary>
    public bool AreSelected => _tracker is not null;

    /// <summary>Publishes that wait for their confirm. Takes the gate.</summary>
    public long WaitingCount
    {
        get
        {
            lock (session.Sink.Gate)
                return _tracker?.WaitingCount ?? 0;
        }
    }

    /// <summary>Has publishes confirmed from now on.</summary>
    /// <exception cref="BrokerException">406: the session is transactional.</exception>
    public void Select()
    {
        if (session.Transactions.Held is not null)
            throw new BrokerException(BrokerError.Precondition, "cannot switch from tx to confirm mode");
        _tracker ??= new ConfirmTracker(session.Counts);
    }

    /// <summary>Counts a publish.</summary>
    /// <param name="position">As <see cref="MessageIntake.Store"/> returns it, or <see cref="ConfirmTracker.Never"/>.</param>
    public void Note(long position)
    {
        if (_tracker is not { } tracker)
            return;
        if (position == MessageIntake.Refused)
            tracker.NoteRefused();
        else
            tracker.Note(position);
        var confirming = _client.Confirming;
        if (confirming.Count == 0 || (!ReferenceEquals(confirming[^1], this) && !confirming.Contains(this)))
            confirming.Add(this);
    }

    /// <summary>Ends the round's confirms: sends what is safe and waits for the rest.</summary>
    public void Seal()
    {
        var store = _client.Store;
        long position;
        bool isWaiting, isNews;
        lock (session.Sink.Gate)
        {
            if (_isOver)
                return;
            position = _tracker!.Seal();
            isWaiting = Answer(store);
            isNews = isWaiting && !_isAwaitingCommit;
            _isAwaitingCommit |= isWaiting;
        }
        _client.Round.Touch(session.Sink.Output);
        if (isWaiting)
            store.RequestCommit(position);
        if (isNews)
            _client.Services.Commits.Add(this, position);
    }

    /// <summary>Nothing is confirmed any more: confirms of a closed channel never arrive. The gate is held.</summary>
    public void End() => _isOver = true;

    /// <inheritdoc/>
    public bool OnCommitted(IMessageStore store, DispatchRound round)
    {
        round.Touch(session.Sink.Output);
        lock (session.Sink.Gate)
            return _isAwaitingCommit = !_isOver && Answer(store);
    }

    /// <inheritdoc/>
    public void OnNotifyingFailed() => session.Sink.Abort();

    /// <summary>As the log names it.</summary>
    public override string ToString() => session.ToString();

    /// <summary>Confirms what is safe, refuses what never will be. True when some still waits. The gate is held.</summary>
    private bool Answer(IMessageStore store)
    {
        _tracker!.Confirm(store.DurablePosition, session.Sink);
        if (store.Failure is not null)
            _tracker.Refuse(session.Sink);
        return _tracker.IsWaiting;
    }
}
