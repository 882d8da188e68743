using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Messages;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>Messages that died in a queue and are not dead-lettered yet: taken from it, and not settled. Owned by the queue's lock.</summary>
/// <remarks>
/// One thread at a time publishes them, without the lock and some at a time, so that none overtakes another. A round that has done its share
/// leaves the rest to the thread pool.
/// </remarks>
internal sealed class DeadLetterBacklog(IRuledQueue queue, HeldMemory held)
{
    /// <summary>Messages that are taken in one go.</summary>
    private const int BatchLength = 64;

    /// <summary>Bytes of memory for each message.</summary>
    private const int BytesPerEntry = 64;

    /// <summary>An emptied list that has grown beyond this is let go.</summary>
    private const int KeptLength = 1024;

    private readonly Queue<DeadMessage> _messages = new();
    private bool _isPublishing;
    private bool _isResting;
    private int _taken; // since Begin
    private int _isScheduled; // interlocked, as the pool's thread has no lock

    /// <summary>True when there is something to publish and nobody does. Good for a look without the lock.</summary>
    public bool IsWaiting => _messages.Count > 0 && !_isPublishing && !_isResting;

    /// <summary>True when there is anything in it.</summary>
    public bool IsAny => _messages.Count > 0;

    /// <summary>True from <see cref="HoldUp"/> until everything that was taken could be published: it should not grow meanwhile.</summary>
    public bool IsHeldUp { get; private set; }

    /// <summary>Adds messages that died for the same reason.</summary>
    public void Add(ReadOnlySpan<StoredMessage> messages, DeathReason reason)
    {
        foreach (ref readonly var message in messages)
            _messages.Enqueue(new DeadMessage(message, reason, Refused: null));
        held.Add(messages.Length * (long)BytesPerEntry);
    }

    /// <summary>Adds a message that the queue has refused: its payload is nowhere else.</summary>
    public void AddRefused(byte[] payload)
    {
        var message = new DeadMessage(default, DeathReason.MaxLength, payload);
        _messages.Enqueue(message);
        held.Add(BytesOf(message));
    }

    /// <summary>Takes the first ones, until <see cref="End"/>.</summary>
    /// <returns>Nothing when there are none, or another thread has taken some.</returns>
    public DeadMessage[] Begin()
    {
        if (!IsWaiting)
            return [];
        _isPublishing = true;
        DeadMessage[] taken = [.. _messages.Take(BatchLength)];
        _taken = taken.Length;
        return taken;
    }

    /// <summary>Forgets the first ones, which are published; the others that were taken stay.</summary>
    public void End(int done)
    {
        int published = done;
        for (long bytes = 0; ; done--)
        {
            if (done == 0)
            {
                held.Add(-bytes);
                break;
            }
            bytes += BytesOf(_messages.Dequeue());
        }
        _isPublishing = false;
        IsHeldUp &= published < _taken;
        if (_messages.Count == 0 && _messages.Capacity > KeptLength)
            _messages.TrimExcess();
    }

    /// <summary>The disk does not let them go on: nobody publishes them until <see cref="Resume"/>.</summary>
    public void HoldUp() => IsHeldUp = _isResting = true;

    /// <summary>It may be tried again.</summary>
    public void Resume() => _isResting = false;

    /// <summary>Has the thread pool go on, behind the other queues that have left something to it. Needs no lock.</summary>
    public void PublishLater()
    {
        if (Interlocked.Exchange(ref _isScheduled, 1) == 0)
            DeadLetterTurns.Shared.Add(this);
    }

    /// <summary>Publishes a share. Throws nothing.</summary>
    public void PublishShare()
    {
        Interlocked.Exchange(ref _isScheduled, 0);
        queue.PublishDeadLetters();
    }

    private static long BytesOf(in DeadMessage message) => BytesPerEntry + (message.Refused?.Length ?? 0);
}

/// <summary>A message that died.</summary>
/// <param name="Message">Where it is stored.</param>
/// <param name="Reason">Why it died.</param>
/// <param name="Refused">The payload of one that was not stored, because the queue did not take it.</param>
/// <param name="IsPutAside">It cannot be dead-lettered, and stays where it is.</param>
internal readonly record struct DeadMessage(StoredMessage Message, DeathReason Reason, byte[]? Refused, bool IsPutAside = false);
