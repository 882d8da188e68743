using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Amqp.Server.Broker.Alarms;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Exchanges.Delayed;

/// <summary>The delayed messages of one exchange, ordered by due time.</summary>
/// <remarks>The lock of the <see cref="DelayedMessages"/> guards the state.</remarks>
internal sealed class WaitingMessages(HeldMemory held)
{
    /// <summary>
    /// Number of bytes of memory for each message: an entry of the priority queue, and a share of the queue's unused capacity.
    /// </summary>
    private const int BytesPerEntry = 64;

    /// <summary>Capacity (number of messages) above which an empty priority queue is freed.</summary>
    private const int KeptCapacity = 1024;

    private readonly PriorityQueue<StoredMessage, (long Due, long Sequence)> _heap = new();

    public int Count => _heap.Count;

    /// <summary>Due time of the first message, in milliseconds since 1970-01-01 UTC; null if there is no message.</summary>
    public long? NextDue => _heap.TryPeek(out _, out var first) ? first.Due : null;

    /// <summary>Adds a message. Messages with the same due time are delivered in the order in which they were stored.</summary>
    public void Add(in StoredMessage message, long due)
    {
        _heap.Enqueue(message, (due, message.Sequence));
        held.Add(BytesPerEntry);
    }

    /// <summary>
    /// Removes and returns the first message if it is due. The message counts as held memory until <see cref="Release"/> is called.
    /// </summary>
    public bool TryTakeDue(long now, [MaybeNullWhen(false)] out StoredMessage message)
    {
        message = default;
        return NextDue <= now && _heap.TryDequeue(out message, out _);
    }

    /// <summary>Removes a message. Looks at all messages.</summary>
    public bool TryRemove(long sequence, out StoredMessage message)
    {
        message = default;
        foreach (var (waiting, _) in _heap.UnorderedItems)
        {
            if (waiting.Sequence != sequence)
                continue;
            message = waiting;
            _heap.Remove(waiting, out _, out _);
            Release(1);
            return true;
        }
        return false;
    }

    /// <summary>Returns messages in the order in which they are due. The time is about 10 ms for a million messages.</summary>
    /// <param name="skip">Number of messages in front of the first wanted one.</param>
    /// <param name="count">Maximum number of messages.</param>
    public (StoredMessage Message, long Due)[] Slice(int skip, int count)
    {
        var all = ArrayPool<(StoredMessage Message, (long Due, long Sequence) Time)>.Shared.Rent(_heap.Count);
        try
        {
            int copied = 0;
            foreach (var item in _heap.UnorderedItems)
                all[copied++] = item;
            var sorted = all.AsSpan(0, copied);
            int end = (int)Math.Min(copied, (long)skip + count);
            DueOrder.Sort(sorted, skip, end);
            return [.. sorted[skip..end].ToArray().Select(each => (each.Message, each.Time.Due))];
        }
        finally
        {
            ArrayPool<(StoredMessage, (long, long))>.Shared.Return(all);
        }
    }

    /// <summary>Reduces the held memory. Called for messages that <see cref="TryTakeDue"/> has returned.</summary>
    public void Release(int messages) => held.Add(-(long)BytesPerEntry * messages);

    /// <summary>Frees the memory of the priority queue if it is empty.</summary>
    public void Trim()
    {
        if (_heap.Count == 0 && _heap.EnsureCapacity(0) > KeptCapacity)
            _heap.TrimExcess();
    }

    /// <summary>Removes and returns all messages, in no particular order.</summary>
    public StoredMessage[] Clear()
    {
        StoredMessage[] all = [.. _heap.UnorderedItems.Select(item => item.Element)];
        Release(_heap.Count);
        _heap.Clear();
        _heap.TrimExcess();
        return all;
    }
}
