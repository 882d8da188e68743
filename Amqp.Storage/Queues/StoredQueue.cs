using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;

namespace Amqp.Storage.Queues;

/// <summary>The messages of one queue that are ready for delivery, in the order of their sequence.</summary>
/// <remarks>
/// Not thread-safe: it belongs to the lock of whoever opened it. What is in memory of a deep queue is its front and its end;
/// the store brings the rest back as it is taken. Only the next sequence number is taken without that lock,
/// because messages are appended before their queues are locked. Sequences and the delivered mark belong to the store.
/// </remarks>
public sealed class StoredQueue
{
    private ReadyMessages _ready; // when there is a log, owned by the gate of its deep messages, too
    private QueueSequences _sequences;
    private DeliveredMark _delivered;

    internal StoredQueue(uint number, bool isDurable, MessageChunkPool chunks, DeepMessages? deep = null)
    {
        Number = number;
        IsDurable = isDurable;
        _ready = new ReadyMessages(chunks, deep);
    }

    /// <summary>The number it was opened with.</summary>
    public uint Number { get; }

    /// <summary>Whether persistent messages outlive a restart here.</summary>
    public bool IsDurable { get; }

    /// <summary>Messages ready.</summary>
    public long Count => _ready.Tally.Count;

    /// <summary>Bytes of payload of the messages ready.</summary>
    public long Bytes => _ready.Tally.Bytes;

    /// <summary>Messages ready that outlive a restart.</summary>
    public long PersistentCount => _ready.Tally.PersistentCount;

    /// <summary>Bytes of their payload.</summary>
    public long PersistentBytes => _ready.Tally.PersistentBytes;

    /// <summary>Messages that are ready and whose entries are in memory; their payloads need not be.</summary>
    public long CountInMemory => Count - (Deep?.Away ?? 0);

    /// <summary>Messages of the last run that the start was asked to keep aside, until they are taken: they are not ready, and not counted.</summary>
    public IReadOnlyList<(long Sequence, int Length)> Aside
    {
        get
        {
            if (Deep is not { } deep)
                return [];
            lock (deep.Gate)
                return [.. deep.Aside.Select(message => (message.To, (int)message.Bytes))];
        }
    }

    /// <summary>Deleted queues log nothing any more. Set by the store under the queue's lock, read under it.</summary>
    internal bool IsDeleted { get; set; }

    /// <summary>What it has given to its messages.</summary>
    internal ref QueueSequences Sequences => ref _sequences;

    /// <summary>How far it was delivered.</summary>
    internal ref DeliveredMark Delivered => ref _delivered;

    private DeepMessages? Deep => _ready.Deep;

    /// <summary>Makes a message ready that the store has just given a place in this queue.</summary>
    public void Add(in StoredMessage message)
    {
        if (Deep is not { } deep)
        {
            _ready.Add(message);
            return;
        }
        lock (deep.Gate)
            _ready.Add(message);
    }

    /// <summary>Makes a message ready again that was taken; it comes back at its old place, marked redelivered.</summary>
    public void Return(in StoredMessage message) => Add(message with { Flags = message.Flags | MessageFlags.Redelivered });

    /// <summary>Counts anew what is ready, after something went wrong in the middle of a change.</summary>
    public void Recount()
    {
        if (Deep is not { } deep)
        {
            _ready.Recount();
            return;
        }
        lock (deep.Gate)
            _ready.Recount();
    }

    /// <summary>Takes a message that was kept aside: the caller settles it, or makes it ready.</summary>
    /// <returns>False when it is not there, or damage took it.</returns>
    /// <exception cref="IOException">It cannot be read now, and stays aside.</exception>
    public bool TryTakeAside(long sequence, out StoredMessage message)
    {
        message = default;
        if (Deep is not { } deep)
            return false;
        lock (deep.Gate)
            return deep.TryTakeAside(sequence, out message);
    }

    /// <summary>The message in front, which stays there.</summary>
    /// <exception cref="IOException">It is on disk only and cannot be read.</exception>
    public bool TryPeek(out StoredMessage message)
    {
        if (Deep is not { } deep)
            return _ready.TryPeek(out message);
        lock (deep.Gate)
            return _ready.TryPeek(out message);
    }

    /// <summary>Takes the message in front: the caller settles or returns it.</summary>
    /// <exception cref="IOException">It is on disk only and cannot be read.</exception>
    public bool TryTake(out StoredMessage message)
    {
        if (Deep is not { } deep)
            return _ready.TryTake(out message);
        lock (deep.Gate)
            return _ready.TryTake(out message);
    }

    /// <summary>The message in front, which stays there, if that can be told without reading from the disk.</summary>
    public bool TryPeekInMemory(out StoredMessage message)
    {
        if (Deep is not { } deep)
            return _ready.TryPeekInMemory(out message);
        lock (deep.Gate)
            return _ready.TryPeekInMemory(out message);
    }

    /// <summary>Shows every message that is ready and whose entry is in memory, in no order.</summary>
    public void Show<TLook>(ref TLook look)
        where TLook : struct, IMessageLook
    {
        if (Deep is not { } deep)
        {
            _ready.Show(ref look);
            return;
        }
        lock (deep.Gate)
            _ready.Show(ref look);
    }

    /// <summary>Makes messages ready that a start found, before any other.</summary>
    internal void Restore(in Stretch stretch) => _ready.Add(stretch);

    /// <summary>Keeps a message aside that a start found.</summary>
    internal void KeepAside(in Stretch message) => Deep!.KeepAside(message);

    /// <summary>Lets messages leave memory that can be found again. On the housekeeper's thread.</summary>
    /// <param name="keep">Messages that stay in front.</param>
    /// <param name="space">Where their blocks are.</param>
    internal void Spill(int keep, BlockSpace space)
    {
        if (Deep is not { } deep)
            return;
        lock (deep.Gate)
            _ready.Spill(keep, space);
    }

    /// <summary>Takes messages in front that left memory; the caller settles them.</summary>
    internal bool TryTakeStretch(out Stretch stretch)
    {
        stretch = default;
        if (Deep is not { } deep)
            return false;
        lock (deep.Gate)
            return _ready.TryTakeStretch(out stretch);
    }

    /// <summary>Forgets what was kept aside and nobody has taken; the caller settles it.</summary>
    internal IReadOnlyList<Stretch> RemoveAside()
    {
        if (Deep is not { } deep)
            return [];
        lock (deep.Gate)
            return deep.RemoveAside();
    }
}
