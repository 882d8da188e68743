using Amqp.Storage;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Deduplication;

/// <summary>The keys of one window in the message store, where they survive a restart.</summary>
/// <remarks>
/// The keys have a queue of the store of their own. A persistent message is stored for its queues and for this queue in one record, so
/// after a crash neither the message nor its key can be missing. So that the log need not keep a large message only for its key, its key
/// soon gets a short record instead. The lock of the windows guards the state.
/// </remarks>
/// <param name="queue">The queue of the store. Its ready messages are keys of the last run that are not loaded yet.</param>
/// <param name="store">The store.</param>
internal sealed class StoredKeys(StoredQueue queue, IMessageStore store)
{
    /// <summary>Bytes up to which the record of a message stays the record of its key.</summary>
    private const int LongestShared = 256;

    /// <summary>Number of larger messages, and of their bytes, that may wait for the short records of their keys.</summary>
    private const int MaxLarge = 64, MaxLargeBytes = 1 << 20;

    private readonly List<(UInt128 Key, long Order)> _large = []; // keys that have no short record yet
    private long _largeBytes;

    /// <summary>The queue of the store that holds the keys.</summary>
    public StoredQueue Queue => queue;

    /// <summary>Takes the keys of the last run, the oldest first. Settles records without a key, and records that are damaged.</summary>
    /// <exception cref="IOException">The keys cannot be read now.</exception>
    public List<StoredKey> Load(DeduplicationSettings settings, long now)
    {
        var keys = new List<StoredKey>();
        while (queue.TryTake(out var place))
        {
            if (TryRead(store, place, settings, now, out var key))
                keys.Add(key);
            else
                Settle(place);
        }
        keys.Sort((left, right) => left.Order.CompareTo(right.Order));
        return keys;
    }

    /// <summary>Reads the key of a record. Returns false if it has no key, or is damaged.</summary>
    /// <exception cref="IOException">The record cannot be read now.</exception>
    public static bool TryRead(
        IMessageStore store, in StoredMessage place, DeduplicationSettings settings, long now, out StoredKey key)
    {
        try
        {
            using var payload = store.Read(place);
            return StoredKey.TryRead(payload.Payload, place, settings, now, out key);
        }
        catch (Exception error) when (error is not (IOException or UnauthorizedAccessException))
        {
            key = default;
            return false; // damaged: the key is lost, so a repeat of its message is accepted
        }
    }

    /// <summary>Settles the record of a key that has left the window.</summary>
    public void Settle(in StoredMessage place) => store.Settle(queue, new ReadOnlySpan<StoredMessage>(in place));

    /// <summary>Called after a key was added. Replaces large records with short ones, when there are enough of them.</summary>
    public void NoteAdded(UInt128 key, in StoredMessage place, KeyWindow<KeptKey> window)
    {
        if (place.Length <= LongestShared)
            return;
        _large.Add((key, place.Sequence));
        _largeBytes += place.Length;
        if (_large.Count >= MaxLarge || _largeBytes >= MaxLargeBytes)
            Shorten(window);
    }

    /// <summary>Deletes all keys from the store, because the queue or the exchange of the window is deleted.</summary>
    public void Delete(ReadOnlySpan<StoredMessage> kept)
    {
        store.DeleteQueue(queue); // first, because the store writes no settle records for a deleted queue
        store.Settle(queue, kept);
    }

    private void Shorten(KeyWindow<KeptKey> window)
    {
        Span<StoredMessage> replaced = stackalloc StoredMessage[MaxLarge];
        int count = 0;
        try
        {
            foreach (var (key, order) in _large)
            {
                if (!window.TryFind(key, out long due) || window.ValueOf(key).Message.Sequence != order)
                    continue;
                StoredMessage place = default;
                byte[] record = StoredKey.Write(order, new MessageKey(key, due));
                store.Append([queue], record, default, persistent: true, new Span<StoredMessage>(ref place));
                ref var kept = ref window.ValueOf(key);
                replaced[count++] = kept.Message;
                kept = kept with { Message = place };
            }
        }
        catch (StoreFailedException)
        {
            // The store writes nothing any more, so the records stay as they are.
        }
        _large.Clear();
        _largeBytes = 0;
        store.Settle(queue, replaced[..count], isBound: true); // only if the short records are durable, too
    }
}

/// <summary>The record of a key: for a key that follows its message, the place of the message in its queue.</summary>
/// <param name="Message">The record in the queue of the store; the default if there is none.</param>
/// <param name="Queue">Number of the queue of the store.</param>
internal readonly record struct KeptKey(StoredMessage Message, uint Queue);
