using Amqp.Storage.Messages;

namespace Amqp.Storage.Queues;

/// <summary>Selects consecutive messages of a queue by their position. The queue passes its messages in order.</summary>
/// <remarks>The caller holds the lock of the queue. Reads nothing from the disk: a stretch is selected without its entries.</remarks>
/// <param name="skip">Number of messages in front of the first selected one.</param>
/// <param name="count">Maximum number of messages to select.</param>
internal sealed class MessageSelection(long skip, int count)
{
    private readonly List<SelectedMessages> _parts = [];
    private readonly List<StoredMessage> _entries = []; // selected entries behind the last part
    private StoredMessage[] _late = [];
    private int _lateAt; // index of the first message in _late that is not passed yet
    private long _skip = skip; // number of messages that are still to be skipped
    private int _count = count; // number of messages that are still to be selected

    /// <summary>The selected messages. Valid after <see cref="End"/>.</summary>
    public IReadOnlyList<SelectedMessages> Parts => _parts;

    /// <summary>True if no further message is to be selected.</summary>
    public bool IsDone => _count == 0;

    /// <summary>
    /// Begins the queue, or a part of it that follows all parts passed before. Sets the messages that it holds out of order: they are
    /// selected between the messages that are passed later.
    /// </summary>
    /// <param name="late">The messages, in order.</param>
    public void Begin(StoredMessage[] late) => (_late, _lateAt) = (late, 0);

    /// <summary>Passes messages that follow all messages passed before.</summary>
    public void Pass(ReadOnlySpan<StoredMessage> run)
    {
        if (run.IsEmpty || IsDone || TrySkip(run.Length, run[^1].Sequence))
            return;
        foreach (ref readonly StoredMessage message in run)
        {
            PassLate(before: message.Sequence);
            if (IsDone)
                return;
            Select(message);
        }
    }

    /// <summary>Passes a stretch that follows all messages passed before.</summary>
    public void Pass(in Stretch stretch)
    {
        PassLate(before: stretch.From);
        if (IsDone || TrySkip(stretch.Count, stretch.To))
            return;
        CloseEntries();
        int late = LateUpTo(stretch.To);
        int selected = (int)Math.Min(_count, stretch.Count + late - _skip);
        _parts.Add(new SelectedMessages(_late[_lateAt..(_lateAt + late)]) { Stretch = stretch, Skip = _skip, Count = selected });
        _lateAt += late;
        (_skip, _count) = (0, _count - selected);
    }

    /// <summary>Ends a part of the queue. All messages of the part were passed, or <see cref="IsDone"/> is true.</summary>
    public void End()
    {
        PassLate(before: long.MaxValue);
        CloseEntries();
    }

    /// <summary>Skips messages without looking at them, if all of them are to be skipped.</summary>
    /// <param name="messages">Number of messages in order.</param>
    /// <param name="last">Sequence number of the last of them. Late messages up to this number are skipped too.</param>
    private bool TrySkip(int messages, long last)
    {
        int late = LateUpTo(last);
        if (_skip < (long)messages + late)
            return false;
        _skip -= messages + late;
        _lateAt += late;
        return true;
    }

    private void PassLate(long before)
    {
        for (; !IsDone && _lateAt < _late.Length && _late[_lateAt].Sequence < before; _lateAt++)
            Select(_late[_lateAt]);
    }

    private void Select(in StoredMessage message)
    {
        if (_skip > 0)
        {
            _skip--;
            return;
        }
        _entries.Add(message);
        _count--;
    }

    private void CloseEntries()
    {
        if (_entries.Count == 0)
            return;
        _parts.Add(new SelectedMessages([.. _entries]) { Count = _entries.Count });
        _entries.Clear();
    }

    /// <summary>Returns how many late messages that are not passed yet have at most this sequence number.</summary>
    private int LateUpTo(long last)
    {
        int low = _lateAt;
        int high = _late.Length;
        while (low < high)
        {
            int middle = low + (high - low) / 2;
            if (_late[middle].Sequence <= last)
                low = middle + 1;
            else
                high = middle;
        }
        return low - _lateAt;
    }
}

/// <summary>Consecutive messages that a <see cref="MessageSelection"/> has selected.</summary>
/// <param name="Entries">
/// The selected messages in order. If there is a stretch: all messages in memory that lie between the messages of the stretch.
/// </param>
internal sealed record SelectedMessages(StoredMessage[] Entries)
{
    /// <summary>The stretch that contains the messages, together with the entries. Null if the entries are all messages.</summary>
    public Stretch? Stretch { get; init; }

    /// <summary>Number of messages of stretch and entries in front of the first selected one; 0 if there is no stretch.</summary>
    public long Skip { get; init; }

    /// <summary>Number of selected messages.</summary>
    public required int Count { get; init; }
}
