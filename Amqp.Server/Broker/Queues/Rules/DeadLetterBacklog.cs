using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Messages;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>
/// The dead letters of a queue that are not published yet. Dead letters that were stored in the queue are taken from it, but not settled.
/// The queue's lock guards the state.
/// </summary>
/// <remarks>
/// One thread at a time publishes the messages, in order and in batches, without the lock. A round publishes a bounded share. A work item
/// of the thread pool publishes the next share.
/// </remarks>
internal sealed class DeadLetterBacklog(IRuledQueue queue, HeldMemory held)
{
    /// <summary>Number of messages in a batch.</summary>
    private const int BatchLength = 64;

    /// <summary>Approximate bytes of memory that an entry takes, without the payload of a refused message.</summary>
    private const int BytesPerEntry = 64;

    /// <summary>Capacity in messages above which the memory of an empty list is freed.</summary>
    private const int KeptLength = 1024;

    private readonly Queue<DeadMessage> _messages = new();
    private bool _isPublishing;
    private bool _isPaused;
    private int _taken; // size of the batch that Begin took
    private int _isScheduled; // interlocked, because the pool's thread does not hold the lock

    /// <summary>True if messages are pending and no thread publishes them. May be read without the lock.</summary>
    public bool IsWaiting => _messages.Count > 0 && !_isPublishing && !_isPaused;

    /// <summary>True if the backlog is not empty.</summary>
    public bool IsAny => _messages.Count > 0;

    /// <summary>
    /// True from <see cref="HoldUp"/> until a whole batch was published. Meanwhile the queue expires and drops no messages, so that the
    /// backlog does not grow.
    /// </summary>
    public bool IsHeldUp { get; private set; }

    /// <summary>Adds messages that died for the same reason.</summary>
    public void Add(ReadOnlySpan<StoredMessage> messages, DeathReason reason)
    {
        foreach (ref readonly var message in messages)
            _messages.Enqueue(new DeadMessage(message, reason, Refused: null));
        held.Add(messages.Length * (long)BytesPerEntry);
    }

    /// <summary>Adds a message that the queue refused, with its payload, because the message was not stored.</summary>
    public void AddRefused(byte[] payload)
    {
        var message = new DeadMessage(default, DeathReason.MaxLength, payload);
        _messages.Enqueue(message);
        held.Add(BytesOf(message));
    }

    /// <summary>Takes the next batch. The caller publishes it and calls <see cref="End"/>.</summary>
    /// <returns>Empty if no messages are pending, another thread publishes, or publishing is paused.</returns>
    public DeadMessage[] Begin()
    {
        if (!IsWaiting)
            return [];
        _isPublishing = true;
        DeadMessage[] taken = [.. _messages.Take(BatchLength)];
        _taken = taken.Length;
        return taken;
    }

    /// <summary>Ends a batch: removes the messages that were published, and keeps the rest of the batch.</summary>
    /// <param name="done">Number of messages from the start of the batch that were published.</param>
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

    /// <summary>Pauses publishing until <see cref="Resume"/>, because the disk does not accept dead letters.</summary>
    public void HoldUp() => IsHeldUp = _isPaused = true;

    /// <summary>Allows another attempt to publish.</summary>
    public void Resume() => _isPaused = false;

    /// <summary>
    /// Schedules the publishing of a share on the thread pool, behind the queues that are already scheduled. Needs no lock.
    /// </summary>
    public void PublishLater()
    {
        if (Interlocked.Exchange(ref _isScheduled, 1) == 0)
            DeadLetterTurns.Shared.Add(this);
    }

    /// <summary>Publishes one share of the backlog. Throws nothing.</summary>
    public void PublishShare()
    {
        Interlocked.Exchange(ref _isScheduled, 0);
        queue.PublishDeadLetters();
    }

    private static long BytesOf(in DeadMessage message) => BytesPerEntry + (message.Refused?.Length ?? 0);
}

/// <summary>A message that died.</summary>
/// <param name="Message">The stored message; default for a refused message.</param>
/// <param name="Reason">The reason for its death.</param>
/// <param name="Refused">The payload of a refused message, which is not stored; null for any other message.</param>
/// <param name="IsPutAside">True if the message could not be handled and is quarantined, so that it must not be settled.</param>
internal readonly record struct DeadMessage(StoredMessage Message, DeathReason Reason, byte[]? Refused, bool IsPutAside = false);
