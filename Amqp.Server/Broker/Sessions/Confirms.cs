using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;
using Amqp.Storage;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Confirms the publishes of a session, after the client has sent confirm.select.</summary>
/// <remarks>
/// The lock of the session's sink guards the state that the session's thread shares with the <see cref="CommitNotifier"/>.
/// </remarks>
internal sealed class Confirms(BrokerSession session) : ICommitWaiter
{
    private readonly BrokerClient _client = session.Client;
    private ConfirmTracker? _tracker; // the lock of the sink guards its pending publishes and the fields below
    private bool _isOver;
    private bool _isAwaitingCommit; // true while this object is registered with the commit notifier

    /// <summary>True if the client has requested confirms.</summary>
    public bool AreSelected => _tracker is not null;

    /// <summary>Number of unconfirmed publishes. Takes the lock of the sink.</summary>
    public long WaitingCount
    {
        get
        {
            lock (session.Sink.Gate)
                return _tracker?.WaitingCount ?? 0;
        }
    }

    /// <summary>Starts to confirm publishes.</summary>
    /// <exception cref="BrokerException">406: the session is transactional.</exception>
    public void Select()
    {
        if (session.Transactions.Held is not null)
            throw new BrokerException(BrokerError.Precondition, "cannot switch from tx to confirm mode");
        _tracker ??= new ConfirmTracker(session.Counts);
    }

    /// <summary>Counts a publish.</summary>
    /// <param name="position">The result of <see cref="MessageIntake.Store"/>, or <see cref="ConfirmTracker.Never"/>.</param>
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

    /// <summary>Called at the end of a round. Confirms the messages that are already durable. Other messages wait for a commit.</summary>
    /// <param name="thread">The thread that serves the client; null to request commits at once.</param>
    /// <param name="mayCommit">True if the caller can do a commit.</param>
    /// <returns>The position that the caller must commit, because the client waits for the confirm of a single message; or 0.</returns>
    public long Seal(IServingThread? thread, bool mayCommit)
    {
        var store = _client.Store;
        long position;
        bool isWaiting, isNew, isLone;
        lock (session.Sink.Gate)
        {
            if (_isOver)
                return 0;
            position = _tracker!.Seal();
            isWaiting = Answer(store);
            isNew = isWaiting && !_isAwaitingCommit;
            isLone = isWaiting && _tracker.WaitingCount == 1;
            _isAwaitingCommit |= isWaiting;
        }
        _client.Round.Touch(session.Sink.Output);
        isLone = isLone && mayCommit && _client.Services.Commits.IsOnly(this);
        if (isWaiting && !isLone)
            RequestCommit(thread, store, position);
        if (isNew)
            _client.Services.Commits.Add(this, position);
        return isLone ? position : 0;
    }

    /// <summary>Stops sending confirms when the channel closes. Called under the lock of the sink.</summary>
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

    /// <summary>Returns the name of the session for the log.</summary>
    public override string ToString() => session.ToString();

    private static void RequestCommit(IServingThread? thread, IMessageStore store, long position)
    {
        if (thread is not null)
            thread.RequestCommit(store, position);
        else
            store.RequestCommit(position);
    }

    /// <summary>
    /// Confirms durable messages. If the store has failed, answers all other messages with a nack. Returns true if messages still wait.
    /// </summary>
    private bool Answer(IMessageStore store)
    {
        _tracker!.Confirm(store.DurablePosition, session.Sink);
        if (store.Failure is not null)
            _tracker.Refuse(session.Sink);
        return _tracker.IsWaiting;
    }
}
