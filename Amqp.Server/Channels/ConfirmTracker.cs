using Amqp.Protocol;

namespace Amqp.Server.Channels;

/// <summary>Publisher confirms of one channel: counts the publishes and says up to which one they are safe.</summary>
/// <remarks>
/// <see cref="Note"/> and <see cref="Seal"/> belong to the read loop; the runs that wait, shared with whoever hears
/// of a commit, to the lock of the connection's outbox.
/// A round of publishes makes one run, which waits for the position of its last persistent message: the commit that
/// makes that one safe makes the others safe too.
/// </remarks>
internal sealed class ConfirmTracker
{
    /// <summary>The position of a message that no commit will make safe.</summary>
    public const long Never = long.MaxValue;

    private readonly Queue<(ulong UpTo, long Position)> _waiting = new();
    private ulong _published; // tag of the last publish
    private ulong _sealed;
    private ulong _confirmed;
    private long _roundPosition;

    /// <summary>True while a run waits for a commit.</summary>
    public bool IsWaiting => _waiting.Count > 0;

    /// <summary>Counts a publish; the position is 0 when it waits for nothing, and <see cref="Never"/> when it was not kept.</summary>
    public void Note(long position)
    {
        _published++;
        if (position > _roundPosition)
            _roundPosition = position;
    }

    /// <summary>Ends the round's run. Under the gate.</summary>
    /// <returns>The position to wait for; 0 when the round published nothing.</returns>
    public long Seal()
    {
        if (_published == _sealed)
            return 0;
        _waiting.Enqueue((_sealed = _published, _roundPosition));
        long position = _roundPosition;
        _roundPosition = 0;
        return position;
    }

    /// <summary>Writes the acks that a durable position allows. Under the gate.</summary>
    public void Confirm(long durablePosition, Outbox outbox, ushort channel)
    {
        ulong upTo = _confirmed;
        while (_waiting.TryPeek(out var run) && run.Position <= durablePosition)
            upTo = _waiting.Dequeue().UpTo;
        if (upTo == _confirmed)
            return;
        outbox.Write(channel, new BasicAck(upTo, Multiple: upTo - _confirmed > 1));
        _confirmed = upTo;
    }

    /// <summary>Writes a nack for all that waits: the store failed and will never keep it. Under the gate.</summary>
    public void Refuse(Outbox outbox, ushort channel)
    {
        if (_waiting.Count == 0)
            return;
        outbox.Write(channel, new BasicNack(_sealed, Multiple: _sealed - _confirmed > 1, Requeue: false));
        _confirmed = _sealed;
        _waiting.Clear();
    }
}
