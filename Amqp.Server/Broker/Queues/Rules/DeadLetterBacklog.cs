using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Messages;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>The pending dead letters of a queue. The lock of the queue guards the state.</summary>
/// <remarks>One thread at a time publishes the messages, in order and in batches. The thread does not hold the lock.</remarks>
internal sealed class DeadLetterBacklog(IRuledQueue queue, HeldMemory held)
{
    /// <summary>Maximum number of messages in a batch.</summary>
    private const int BatchLength = 64;

    /// <summary>Approximate memory of an entry in bytes, not counting the payload of a refused message.</summary>
    private const int BytesPerEntry = 64;

    /// <summary>Maximum number of messages for which the empty list keeps memory.</summary>
    private const int KeptLength = 1024;

    private readonly Queue<DeadMessage> _messages = new();
    private bool _isPublishing;
    private bool _isPaused;
    private int _taken; // number of messages in the batch that Begin has taken
    private int _isScheduled; // changed with Interlocked, because the pool's thread does not hold the lock

    /// <summary>
    /// True if messages are pending, but no thread publishes, and publishing is not paused. May be read without the lock.
    /// </summary>
    public bool IsWaiting => _messages.Count > 0 && !_isPublishing && !_isPaused;

    /// <summary>Number of pending messages.</summary>
    public int Count => _messages.Count;

    /// <summary>True if the backlog is not empty.</summary>
    public bool IsAny => _messages.Count > 0;

    /// <summary>
    /// True after <see cref="HoldUp"/>, until a whole batch is published. While true, expired and excess messages stay in the queue.
    /// </summary>
    public bool IsHeldUp { get; private set; }

    /// <summary>Adds messages that all died for the same reason.</summary>
    public void Add(ReadOnlySpan<StoredMessage> messages, DeathReason reason)
    {
        foreach (ref readonly var message in messages)
            _messages.Enqueue(new DeadMessage(message, reason, Refused: null));
        held.Add(messages.Length * (long)BytesPerEntry);
    }

    /// <summary>Adds a message that the queue refused. The payload is kept in memory, because the message was not stored.</summary>
    public void AddRefused(byte[] payload)
    {
        var message = new DeadMessage(default, DeathReason.MaxLength, payload);
        _messages.Enqueue(message);
        held.Add(BytesOf(message));
    }

    /// <summary>Takes the next batch. The caller publishes the messages and then calls <see cref="End"/>.</summary>
    /// <returns>Empty if there is no message, if another thread publishes, or if publishing is paused.</returns>
    public DeadMessage[] Begin()
    {
        if (!IsWaiting)
            return [];
        _isPublishing = true;
        DeadMessage[] taken = [.. _messages.Take(BatchLength)];
        _taken = taken.Length;
        return taken;
    }

    /// <summary>Ends a batch. Removes the published messages from the backlog, and keeps all others.</summary>
    /// <param name="done">Number of published messages, counted from the start of the batch.</param>
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

    /// <summary>Pauses the publishing until <see cref="Resume"/> is called, because the disk does not accept dead letters.</summary>
    public void HoldUp() => IsHeldUp = _isPaused = true;

    /// <summary>Permits another attempt to publish, after a pause.</summary>
    public void Resume() => _isPaused = false;

    /// <summary>Makes the thread pool publish some of the dead letters. Backlogs that already wait come first. Needs no lock.</summary>
    public void PublishLater()
    {
        if (Interlocked.Exchange(ref _isScheduled, 1) == 0)
            DeadLetterTurns.Shared.Add(this);
    }

    /// <summary>Publishes some of the dead letters. Never throws.</summary>
    public void PublishShare()
    {
        Interlocked.Exchange(ref _isScheduled, 0);
        queue.PublishDeadLetters();
    }

    private static long BytesOf(in DeadMessage message) => BytesPerEntry + (message.Refused?.Length ?? 0);
}

/// <summary>A dead letter.</summary>
/// <param name="Message">The stored message; default if the queue refused the message.</param>
/// <param name="Reason">Reason of the dead-lettering.</param>
/// <param name="Refused">The payload of a message that the queue refused; null for a stored message.</param>
/// <param name="IsPutAside">True if the message was quarantined, and so must not be settled.</param>
internal readonly record struct DeadMessage(StoredMessage Message, DeathReason Reason, byte[]? Refused, bool IsPutAside = false);
