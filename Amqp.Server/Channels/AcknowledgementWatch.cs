namespace Amqp.Server.Channels;

/// <summary>Tells how long a channel's oldest delivery has been unacknowledged, without a clock read for each delivery.</summary>
/// <remarks>
/// From time to time the latest delivery tag is noted with the time: what has a tag up to it went out before.
/// The lock of the connection's outbox guards it.
/// </remarks>
internal sealed class AcknowledgementWatch
{
    private readonly Queue<(ulong UpTo, long At)> _marks = new();
    private ulong _marked;

    /// <summary>Notes that deliveries up to this tag have gone out by now.</summary>
    public void Note(ulong lastTag, long now)
    {
        if (lastTag == _marked)
            return;
        _marks.Enqueue((lastTag, now));
        _marked = lastTag;
    }

    /// <summary>Since when, at the latest, a delivery has been out. Earlier ones are never asked for again.</summary>
    public long Since(ulong oldestTag)
    {
        while (_marks.Peek().UpTo < oldestTag)
            _marks.Dequeue();
        return _marks.Peek().At;
    }
}
