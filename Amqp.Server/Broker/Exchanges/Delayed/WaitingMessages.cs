using System.Diagnostics.CodeAnalysis;
using Amqp.Server.Broker.Alarms;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Exchanges.Delayed;

/// <summary>The delayed messages of one exchange, ordered by the time when they are due.</summary>
/// <remarks>The lock of the <see cref="DelayedMessages"/> guards the state.</remarks>
internal sealed class WaitingMessages(HeldMemory held)
{
    /// <summary>Bytes of memory per message: its entry, and its share of the unused capacity of the heap.</summary>
    private const int BytesPerEntry = 64;

    /// <summary>Largest capacity in messages that an empty heap keeps.</summary>
    private const int KeptCapacity = 1024;

    private readonly PriorityQueue<StoredMessage, (long Due, long Sequence)> _heap = new();

    public int Count => _heap.Count;

    /// <summary>The time when the first message is due, in milliseconds since 1970-01-01 UTC; null if there is none.</summary>
    public long? NextDue => _heap.TryPeek(out _, out var first) ? first.Due : null;

    /// <summary>Adds a message. Messages with the same due time keep the order of the store.</summary>
    public void Add(in StoredMessage message, long due)
    {
        _heap.Enqueue(message, (due, message.Sequence));
        held.Add(BytesPerEntry);
    }

    /// <summary>Takes the first message if it is due. Its memory stays counted until <see cref="Release"/>.</summary>
    public bool TryTakeDue(long now, [MaybeNullWhen(false)] out StoredMessage message)
    {
        message = default;
        return NextDue <= now && _heap.TryDequeue(out message, out _);
    }

    /// <summary>Releases the counted memory of messages that were taken.</summary>
    public void Release(int messages) => held.Add(-(long)BytesPerEntry * messages);

    /// <summary>Frees the memory of an empty heap.</summary>
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
