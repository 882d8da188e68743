using Amqp.Server.Broker.Counts;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Counts the publishes of a session and sends their confirms when a commit has made them durable.</summary>
/// <remarks>
/// The one thread that uses the session calls <see cref="Note"/> and <see cref="Seal"/>. The gate of the session's sink guards the pending
/// runs, because the threads of the <see cref="CommitNotifier"/> use the runs too. If no queue refuses a message, the publishes of a round
/// are one run. The run waits for the log position of its last persistent message, whose commit makes all earlier messages durable too.
/// </remarks>
internal sealed class ConfirmTracker(ChannelCounts counts)
{
    /// <summary>The position of a message that could not be stored: no commit will make it durable.</summary>
    public const long Never = long.MaxValue;

    private const long Refused = -1; // instead of a position, for a run of one publish that is answered with a nack

    private readonly Queue<(ulong UpTo, long Position)> _pending = new();
    private Queue<ulong>? _refused; // numbers of the publishes of this round that a queue refused
    private ulong _published; // number of the last publish
    private ulong _sealed; // number of the last publish whose round has ended
    private ulong _confirmed; // number of the last answered publish
    private long _roundPosition;

    /// <summary>True while a run is pending.</summary>
    public bool IsWaiting => _pending.Count > 0;

    /// <summary>Number of unanswered publishes of rounds that have ended.</summary>
    public long WaitingCount => (long)(_sealed - _confirmed);

    /// <summary>Counts a publish.</summary>
    /// <param name="position">
    /// Log position at which the message is durable; 0 if the confirm waits for no commit; <see cref="Never"/> if the message could not be
    /// stored.
    /// </param>
    public void Note(long position)
    {
        _published++;
        if (position > _roundPosition)
            _roundPosition = position;
    }

    /// <summary>Counts a publish that a queue refused. The publish is answered with a nack, in the order of the publishes.</summary>
    public void NoteRefused()
    {
        _published++;
        (_refused ??= []).Enqueue(_published);
    }

    /// <summary>Ends the run of a round. The gate is held.</summary>
    /// <returns>The position to wait for; 0 if the round had no publishes.</returns>
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
    /// Answers all runs up to a durable position: with a confirm, or with a nack if a queue refused the message. The gate is held.
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

    /// <summary>Answers all pending runs with a nack, because the store failed. The gate is held.</summary>
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
