using Amqp.Server.Broker.Counts;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Publisher confirms of a session: counts the publishes and says up to which one they are safe.</summary>
/// <remarks>
/// <see cref="Note"/> and <see cref="Seal"/> belong to the read loop; the runs that wait, shared with whoever hears
/// of a commit, to the gate of the session's sink.
/// A round of publishes makes one run, if no queue refuses any of them, which waits for the position of its last persistent message: the commit that
/// makes that one safe makes the others safe too.
/// </remarks>
internal sealed class ConfirmTracker(ChannelCounts counts)
{
    /// <summary>The position of a message that no commit will make safe.</summary>
    public const long Never = long.MaxValue;

    private const long Refused = -1; // in place of a position: one publish that is answered with a nack

    private readonly Queue<(ulong UpTo, long Position)> _waiting = new();
    private Queue<ulong>? _refused; // tags of this round
    private ulong _published; // tag of the last publish
    private ulong _sealed;
    private ulong _confirmed;
    private long _roundPosition;

    /// <summary>True while a run waits for a commit.</summary>
    public bool IsWaiting => _waiting.Count > 0;

    /// <summary>Publishes that are not answered, as far as their rounds have ended.</summary>
    public long WaitingCount => (long)(_sealed - _confirmed);

    /// <summary>Counts a publish; the position is 0 when it waits for nothing, and <see cref="Never"/> when it was not kept.</summary>
    public void Note(long position)
    {
        _published++;
        if (position > _roundPosition)
            _roundPosition = position;
    }

    /// <summary>Counts a publish that a queue refused: it is answered with a nack, when its turn comes.</summary>
    public void NoteRefused()
    {
        _published++;
        (_refused ??= []).Enqueue(_published);
    }

    /// <summary>Ends the round's run. Under the gate.</summary>
    /// <returns>The position to wait for; 0 when the round published nothing.</returns>
    public long Seal()
    {
        if (_published == _sealed)
            return 0;
        long position = _roundPosition;
        while (_refused is not null && _refused.TryDequeue(out ulong refused))
        {
            if (refused - 1 > _sealed)
                _waiting.Enqueue((refused - 1, position));
            _waiting.Enqueue((_sealed = refused, Refused));
        }
        if (_published > _sealed)
            _waiting.Enqueue((_sealed = _published, position));
        _roundPosition = 0;
        counts.NotePublishedToConfirm((long)_published);
        return position;
    }

    /// <summary>Writes the acks that a durable position allows. Under the gate.</summary>
    public void Confirm(long durablePosition, ISessionSink sink)
    {
        ulong upTo = _confirmed;
        while (_waiting.TryPeek(out var run) && run.Position <= durablePosition)
        {
            _waiting.Dequeue();
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

    /// <summary>Writes a nack for all that waits: the store failed and will never keep it. Under the gate.</summary>
    public void Refuse(ISessionSink sink)
    {
        if (_waiting.Count == 0)
            return;
        sink.Refuse(_sealed, isMultiple: _sealed - _confirmed > 1);
        _confirmed = _sealed;
        _waiting.Clear();
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
