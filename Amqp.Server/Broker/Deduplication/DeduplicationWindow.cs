using System.Runtime.CompilerServices;
using Amqp.Server.Broker.Values;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Deduplication;

/// <summary>The keys by which one queue or one exchange recognises repeats of messages.</summary>
/// <remarks>
/// The lock of all windows (<see cref="DeduplicationServices.Gate"/>) guards the state. A message is checked and stored in one hold of the
/// lock: <see cref="IsRepeat"/>, the append to the store, <see cref="Add"/>.
/// </remarks>
internal sealed class DeduplicationWindow
{
    /// <summary>Approximate memory of a key in bytes: its entry, its hash table slot, and unused capacity of both.</summary>
    private const int BytesPerKey = 160;

    private readonly DeduplicationServices _services;
    private readonly StoredKeys? _stored; // null if the keys do not survive a restart
    private readonly KeyWindow<KeptKey> _keys = new();
    // The keys by the places of their messages; null unless keys follow messages.
    private readonly Dictionary<MessagePlace, UInt128>? _places;
    private DeduplicationSettings _settings;
    private long _repeats;
    private long _held; // bytes that count as held memory
    private bool _isClosed;

    /// <param name="settings">Settings of the queue or exchange.</param>
    /// <param name="services">Parts of the broker.</param>
    /// <param name="stored">
    /// The keys in the store, which <see cref="DeduplicationWindows"/> adds; null if the keys do not survive a restart.
    /// </param>
    public DeduplicationWindow(DeduplicationSettings settings, DeduplicationServices services, StoredKeys? stored)
    {
        (_settings, _services, _stored) = (settings, services, stored);
        _places = settings.FollowsMessages ? [] : null;
    }

    public DeduplicationSettings Settings => Volatile.Read(ref _settings);

    /// <summary>The lock of all windows.</summary>
    public Lock Gate => _services.Gate;

    /// <summary>The queue of the store that holds the keys; null if the keys do not survive a restart.</summary>
    public StoredQueue? Stored => _stored?.Queue;

    /// <summary>True if the window needs the places of messages in their queue.</summary>
    public bool FollowsMessages => _places is not null;

    /// <summary>Maximum number of keys.</summary>
    public long Size => Math.Min(_settings.Size ?? long.MaxValue, _services.Limit);

    /// <summary>Number of repeats that were dropped. Any thread may read the number.</summary>
    public long Repeats => Volatile.Read(ref _repeats);

    /// <summary>
    /// Log position at which all keys are durable. So a repeat is confirmed only when the first message with its key is durable.
    /// </summary>
    public long Position { get; private set; }

    /// <summary>Number of keys, and their memory in bytes. Takes the lock.</summary>
    public (int Keys, long Bytes) Use
    {
        get
        {
            lock (Gate)
                return (_keys.Count, _held);
        }
    }

    /// <summary>Reads the key of a message. Needs no lock. Returns false if the message has no key.</summary>
    public bool TryReadKey(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> headers, out MessageKey key) =>
        MessageKey.TryRead(properties, headers, Settings, _services.Now, out key);

    /// <summary>Returns true if a message with this key was added, and the key has not left the window since.</summary>
    public bool IsRepeat(in MessageKey key)
    {
        if (!_keys.TryFind(key.Hash, out long due))
            return false;
        if (due > _services.Now)
            return true;
        Remove(key.Hash);
        return false;
    }

    /// <summary>Counts a dropped repeat.</summary>
    public void NoteRepeat()
    {
        _repeats++;
        _services.Statistics.NoteRepeat();
    }

    /// <summary>Adds the key of a message that was stored. If the window is then too large, removes its oldest key.</summary>
    /// <param name="key">The key. If the window has it already, it is replaced.</param>
    /// <param name="place">
    /// Entry of the message in the queue <see cref="Stored"/> or, if the keys follow the messages, in its own queue. The default if neither
    /// applies.
    /// </param>
    /// <param name="queue">Number of this queue in the store.</param>
    /// <param name="position">Log position at which the message is durable.</param>
    public void Add(in MessageKey key, in StoredMessage place, uint queue, long position)
    {
        if (_isClosed)
        {
            Settle(new KeptKey(place, queue));
            return;
        }
        Remove(key.Hash);
        Trim(room: 1);
        _keys.Add(key.Hash, FollowsMessages ? Deadline.Never : key.Due, new KeptKey(place, queue));
        _places?.Add(new MessagePlace(queue, place.Sequence), key.Hash);
        Position = Math.Max(Position, position);
        if (place.Sequence != 0 && _places is null)
            _stored!.NoteAdded(key.Hash, place, _keys);
        Hold();
    }

    /// <summary>Called when messages have left their queue. Removes their keys, if keys follow messages. Takes the lock.</summary>
    public void Forget(uint queue, ReadOnlySpan<StoredMessage> messages)
    {
        if (_places is null)
            return;
        lock (Gate)
        {
            foreach (ref readonly var message in messages)
                if (_places.Remove(new MessagePlace(queue, message.Sequence), out var key))
                    _keys.Remove(key, out _);
            Hold();
        }
    }

    /// <summary>Called when a message was stored again in another place. Its key follows it. Takes the lock.</summary>
    public void Move(uint queue, in StoredMessage message, uint newQueue, in StoredMessage moved)
    {
        if (_places is null)
            return;
        lock (Gate)
        {
            if (!_places.Remove(new MessagePlace(queue, message.Sequence), out var key))
                return;
            ref var kept = ref _keys.ValueOf(key);
            if (Unsafe.IsNullRef(ref kept))
                return;
            kept = new KeptKey(moved, newQueue);
            _places.Add(new MessagePlace(newQueue, moved.Sequence), key);
        }
    }

    /// <summary>Applies changed settings, with which <see cref="FollowsMessages"/> stays the same. Takes the lock.</summary>
    public void Apply(DeduplicationSettings settings)
    {
        lock (Gate)
        {
            Volatile.Write(ref _settings, settings);
            Trim(room: 0);
            Hold();
        }
    }

    /// <summary>Removes all keys. Takes the lock.</summary>
    public void Clear()
    {
        lock (Gate)
        {
            while (_keys.TryRemoveOldest(out var kept))
                Settle(kept);
            Empty();
        }
    }

    /// <summary>Removes all keys, also from the store, because the queue or the exchange is deleted. Takes the lock.</summary>
    public void Close()
    {
        lock (Gate)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            _stored?.Delete([.. _keys.All.Select(key => key.Value.Message).Where(place => place.Sequence != 0)]);
            Empty();
        }
    }

    private void Empty()
    {
        _keys.Clear();
        _places?.Clear();
        Hold();
    }

    /// <summary>Removes the oldest keys that are too many, and the oldest keys that have expired.</summary>
    private void Trim(int room)
    {
        long now = _services.Now;
        while (_keys.Count > 0 && (_keys.Count + room > Size || _keys.OldestDue <= now))
        {
            _keys.TryRemoveOldest(out var kept);
            Discard(kept);
        }
    }

    private void Remove(UInt128 key)
    {
        if (_keys.Remove(key, out var kept))
            Discard(kept);
    }

    private void Discard(in KeptKey kept)
    {
        _places?.Remove(new MessagePlace(kept.Queue, kept.Message.Sequence));
        Settle(kept);
    }

    private void Settle(in KeptKey kept)
    {
        if (kept.Message.Sequence != 0 && _places is null)
            _stored?.Settle(kept.Message);
    }

    private void Hold()
    {
        long held = (long)BytesPerKey * _keys.Count;
        _services.Held.Add(held - _held);
        _held = held;
    }
}
