using Amqp.Server.Broker.Counts;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Counts the messages that a session publishes, and confirms them once they are durable.</summary>
/// <remarks>
/// The thread that uses the session calls <see cref="Note"/> and <see cref="Seal"/>. The lock of the session's sink guards the pending
/// publishes.
/// </remarks>
internal sealed class ConfirmTracker(ChannelCounts counts)
{
    /// <summary>Position for a message that could not be stored. The log never reaches this position.</summary>
    public const long Never = long.MaxValue;

    private const long Refused = -1; // position of a publish that a queue refused; the answer is a nack

    private readonly Queue<(ulong UpTo, long Position)> _pending = new();
    private Queue<ulong>? _refused; // sequence numbers of the publishes in this round that a queue refused
    private ulong _published; // sequence number of the last publish
    private ulong _sealed; // sequence number of the last publish whose round has ended
    private ulong _confirmed; // sequence number of the last publish that was answered
    private long _roundPosition;

    /// <summary>True while publishes of ended rounds are not answered yet.</summary>
    public bool IsWaiting => _pending.Count > 0;

    /// <summary>Number of publishes in ended rounds that are not answered yet.</summary>
    public long WaitingCount => (long)(_sealed - _confirmed);

    /// <summary>Counts a publish that no queue has refused.</summary>
    /// <param name="position">
    /// The confirm waits until the log is synced up to this position. 0 if nothing must be synced; <see cref="Never"/> if the message could
    /// not be stored.
    /// </param>
    public void Note(long position)
    {
        _published++;
        if (position > _roundPosition)
            _roundPosition = position;
    }

    /// <summary>Counts a publish that a queue refused. Its answer is a nack, sent in the order of the publishes.</summary>
    public void NoteRefused()
    {
        _published++;
        (_refused ??= []).Enqueue(_published);
    }

    /// <summary>Makes the publishes of a round wait for one commit. Called under the lock of the sink.</summary>
    /// <returns>Log position to wait for; 0 if nothing must be synced.</returns>
    public long Seal()
    {
        if (_published == _sealed)
            return 0;
        long position = _roundPosition;
        while (_refused is not null && _refused.TryDequeue(out ulong refused))
        {
            if (refused - 1 > _sealed)
                _pending.Enqueue((refused - 1, position));
            _pending.Enqueue((_sealed = refused, Refused));
        }
        if (_published > _sealed)
            _pending.Enqueue((_sealed = _published, position));
        _roundPosition = 0;
        counts.NotePublishedToConfirm((long)_published);
        return position;
    }

    /// <summary>
    /// Confirms the publishes that are durable now, and sends a nack for each publish that a queue refused. Called under the lock of the
    /// sink.
    /// </summary>
    public void Confirm(long durablePosition, ISessionSink sink)
    {
        ulong upTo = _confirmed;
        while (_pending.TryPeek(out var run) && run.Position <= durablePosition)
        {
            _pending.Dequeue();
            if (run.Position == Refused)
            {
                Acknowledge(upTo, sink);
                sink.Refuse(run.UpTo, isMultiple: false);
                _confirmed = run.UpTo;
            }
            upTo = run.UpTo;
        }
        Acknowledge(upTo, sink);
    }

    /// <summary>Answers all pending publishes with a nack, because the store failed. Called under the lock of the sink.</summary>
    public void Refuse(ISessionSink sink)
    {
        if (_pending.Count == 0)
            return;
        sink.Refuse(_sealed, isMultiple: _sealed - _confirmed > 1);
        _confirmed = _sealed;
        _pending.Clear();
    }

    private void Acknowledge(ulong upTo, ISessionSink sink)
    {
        if (upTo == _confirmed)
            return;
        sink.Confirm(upTo, isMultiple: upTo - _confirmed > 1);
        counts.NoteConfirmed(upTo - _confirmed);
        _confirmed = upTo;
    }
}
