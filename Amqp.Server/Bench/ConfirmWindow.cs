using System.Numerics;

namespace Amqp.Server.Bench;

/// <summary>The publishes of a channel that wait for their confirm. Owned by the producer's thread.</summary>
/// <remarks>A broker may confirm out of order, one by one, and then all up to a tag, so which are confirmed is known for each.</remarks>
internal sealed class ConfirmWindow
{
    private const int Spread = 8; // how many windows the oldest may lag behind the newest
    private const int SmallestRing = 1024;

    private readonly int _size;
    private readonly int _mask;
    private readonly long[] _dueAt; // by tag; 0: confirmed
    private readonly LatencyHistogram _latencies;
    private readonly long _measureFrom;
    private long _confirmedUpTo; // every tag up to it
    private long _sent;

    /// <param name="size">How many may wait.</param>
    /// <param name="latencies">Gets the time from due to confirmed.</param>
    /// <param name="measureFrom">What was due before this timestamp is not recorded.</param>
    public ConfirmWindow(int size, LatencyHistogram latencies, long measureFrom)
    {
        _size = size;
        _dueAt = new long[BitOperations.RoundUpToPowerOf2((uint)Math.Max(SmallestRing, size * Spread))];
        _mask = _dueAt.Length - 1;
        _latencies = latencies;
        _measureFrom = measureFrom;
    }

    /// <summary>Messages that were confirmed.</summary>
    public long Confirmed { get; private set; }

    /// <summary>Messages that wait.</summary>
    public int InFlight => (int)(_sent - Confirmed);

    /// <summary>How many more may be sent.</summary>
    public int Room => (int)Math.Min(_size - InFlight, _dueAt.Length - (_sent - _confirmedUpTo));

    /// <summary>Another message goes out; its tag is one more than that of the last.</summary>
    public void Sent(long dueAt) => _dueAt[++_sent & _mask] = dueAt;

    /// <summary>basic.ack or basic.nack has come.</summary>
    /// <param name="tag">Its delivery tag.</param>
    /// <param name="multiple">Whether it is for all up to this tag.</param>
    /// <param name="now">When it came.</param>
    /// <returns>For how many messages it was the first.</returns>
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
