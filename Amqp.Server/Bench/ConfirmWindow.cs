using System.Numerics;

namespace Amqp.Server.Bench;

/// <summary>The messages of a channel that the broker has not confirmed yet. Used only by the producer's thread.</summary>
/// <remarks>Each message is tracked, because a broker may confirm out of order.</remarks>
internal sealed class ConfirmWindow
{
    private const int Spread = 8; // the newest message may be this many window sizes ahead of the oldest unconfirmed message
    private const int SmallestRing = 1024;

    private readonly int _size;
    private readonly int _mask;
    private readonly long[] _dueAt; // due time of each unconfirmed message, by delivery tag; 0 if the message is confirmed
    private readonly LatencyHistogram _latencies;
    private readonly long _measureFrom;
    private long _confirmedUpTo; // all messages up to this delivery tag are confirmed
    private long _sent;

    /// <summary>Creates an empty window.</summary>
    /// <param name="size">Maximum number of unconfirmed messages.</param>
    /// <param name="latencies">Records the time between due time and confirm of each message.</param>
    /// <param name="measureFrom">Start of the measurement. Messages that are due earlier are not recorded.</param>
    public ConfirmWindow(int size, LatencyHistogram latencies, long measureFrom)
    {
        _size = size;
        _dueAt = new long[BitOperations.RoundUpToPowerOf2((uint)Math.Max(SmallestRing, size * Spread))];
        _mask = _dueAt.Length - 1;
        _latencies = latencies;
        _measureFrom = measureFrom;
    }

    /// <summary>Number of confirmed messages.</summary>
    public long Confirmed { get; private set; }

    /// <summary>Number of unconfirmed messages.</summary>
    public int InFlight => (int)(_sent - Confirmed);

    /// <summary>Number of messages that the producer may send now; can be negative.</summary>
    public int Room => (int)Math.Min(_size - InFlight, _dueAt.Length - (_sent - _confirmedUpTo));

    /// <summary>Records that the channel's next message was sent. The delivery tag of this message is the previous tag plus one.</summary>
    public void Sent(long dueAt) => _dueAt[++_sent & _mask] = dueAt;

    /// <summary>Records a basic.ack or basic.nack from the broker.</summary>
    /// <param name="tag">Delivery tag in the confirm.</param>
    /// <param name="multiple">True if the confirm covers all messages up to the tag.</param>
    /// <param name="now">Timestamp at which the confirm arrived.</param>
    /// <returns>Number of messages that are newly confirmed.</returns>
    public int Settle(long tag, bool multiple, long now)
    {
        long before = Confirmed;
        tag = Math.Min(tag, _sent);
        if (multiple)
        {
            while (_confirmedUpTo < tag)
                Confirm(++_confirmedUpTo, now);
        }
        else if (tag > _confirmedUpTo)
        {
            Confirm(tag, now);
        }
        while (_confirmedUpTo < _sent && _dueAt[(_confirmedUpTo + 1) & _mask] == 0)
            _confirmedUpTo++;
        return (int)(Confirmed - before);
    }

    private void Confirm(long tag, long now)
    {
        ref long dueAt = ref _dueAt[tag & _mask];
        if (dueAt == 0)
            return;
        if (dueAt >= _measureFrom)
            _latencies.Record(now - dueAt);
        dueAt = 0;
        Confirmed++;
    }
}
