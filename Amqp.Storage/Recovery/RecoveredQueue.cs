namespace Amqp.Storage;

/// <summary>A queue while the log is read: its messages so far, in order, less the settled ones. Owned by <see cref="LogRecovery"/>.</summary>
internal sealed class RecoveredQueue(uint number)
{
    private const int Settled = -1; // in place of the length

    private StoredMessage[] _messages = new StoredMessage[16];
    private int _head; // first that is not settled
    private int _end;
    private int _settled; // between head and end

    public uint Number { get; } = number;

    /// <summary>The highest sequence that any record speaks of.</summary>
    public long LastSequence { get; private set; }

    /// <summary>The highest sequence noted as delivered.</summary>
    public long DeliveredMark { get; private set; }

    /// <summary>The segment with that note.</summary>
    public long DeliveredSegment { get; private set; }

    public long Count => _end - _head - _settled;

    /// <summary>The messages not settled, in order. Valid until the next call.</summary>
    public ReadOnlySpan<StoredMessage> TakeStock()
    {
        if (_settled > 0)
            Compact(_messages);
        return _messages.AsSpan(_head, _end - _head);
    }

    /// <summary>Skips a number that a record used, whatever became of its message.</summary>
    public void See(long sequence) => LastSequence = Math.Max(LastSequence, sequence);

    public void Add(in StoredMessage message)
    {
        See(message.Sequence);
        if (_end == _messages.Length)
            MakeRoom();
        _messages[_end++] = message;
    }

    public void MarkDelivered(long upTo, long segment)
    {
        See(upTo);
        if (upTo >= DeliveredMark)
            (DeliveredMark, DeliveredSegment) = (upTo, segment);
    }

    /// <summary>Takes out what a range names of the messages so far.</summary>
    /// <returns>The block of the first that was there, or null: blocks ascend with sequences.</returns>
    public int? Settle(SequenceRange range)
    {
        See(range.To);
        int? block = null;
        int at = _head < _end && _messages[_head].Sequence >= range.From ? _head : LowerBound(range.From);
        for (; at < _end && _messages[at].Sequence <= range.To; at++)
        {
            ref StoredMessage message = ref _messages[at];
            if (message.Length == Settled)
                continue;
            block ??= message.Block;
            message = message with { Length = Settled };
            _settled++;
        }
        for (; _head < _end && _messages[_head].Length == Settled; _head++)
            _settled--;
        return block;
    }

    private int LowerBound(long sequence)
    {
        int low = _head;
        int high = _end;
        while (low < high)
        {
            int middle = low + (high - low) / 2;
            if (_messages[middle].Sequence < sequence)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private void MakeRoom() => Compact(Count > _messages.Length / 2 ? new StoredMessage[_messages.Length * 2] : _messages);

    private void Compact(StoredMessage[] target)
    {
        int end = 0;
        for (int at = _head; at < _end; at++)
        {
            if (_messages[at].Length != Settled)
                target[end++] = _messages[at];
        }
        (_messages, _head, _end, _settled) = (target, 0, end, 0);
    }
}
