using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Storage;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Queues;

/// <summary>Returns unacknowledged messages to one queue, and marks them as redelivered.</summary>
/// <remarks>
/// <para>In a classic queue, each message returns to its old place. In a quorum queue, a message that its client requeued gets a new place.
/// Without a delivery limit, the new place is behind all other messages. With a delivery limit, it is before all new messages.</para>
/// <para>To get a new place, a message is stored again, as in RabbitMQ, and then settled in its old place. So the order and the number of
/// requeues survive a restart, and the memory of a deep queue stays bounded. After a crash between the two steps the message may exist
/// twice.</para>
/// <para>The lock of the queue guards the state.</para>
/// </remarks>
internal sealed class Requeue(QueueState state, QueueFaults faults)
{
    /// <summary>Number of messages that are stored again before the thread releases the lock, so that other threads can take it.</summary>
    private const int StoredPerLock = 64;

    private readonly IMessageStore _store = state.Services.Store;

    private QueueSettings Settings => state.Rules.Settings;

    /// <summary>
    /// Returns messages to the queue. Dead-letters a message that was requeued more often than the delivery limit allows. Never throws.
    /// </summary>
    /// <param name="messages">The messages, in the order in which they are to return.</param>
    /// <param name="isReturned">
    /// True if the client requeued the messages. False if the client's session ended: all messages then return to their old places.
    /// </param>
    public void Return(ReadOnlySpan<StoredMessage> messages, bool isReturned)
    {
        // Messages that must be stored again return in several parts, and the lock is released between the parts. All other messages return
        // together under one lock.
        int most = isReturned && Settings.Type.StoresReturnsAnew ? StoredPerLock : int.MaxValue;
        for (; messages.Length > most; messages = messages[most..])
            ReturnSome(messages[..most], isReturned);
        ReturnSome(messages, isReturned);
    }

    private void ReturnSome(ReadOnlySpan<StoredMessage> messages, bool isReturned)
    {
        int done = 0;
        try
        {
            lock (state.Gate)
            {
                state.Traffic.NoteReturned(messages);
                if (state.IsDeleted)
                {
                    state.Messages.Settle(messages);
                    return;
                }
                for (; done < messages.Length && !faults.IsCrashed; done++)
                    ReturnOne(messages[done], isReturned);
            }
        }
        catch (Exception error)
        {
            faults.Crash(error);
        }
        for (; done < messages.Length; done++)
            faults.Strand(RedeliveredMark.Set(messages[done]));
    }

    private void ReturnOne(in StoredMessage message, bool isReturned)
    {
        if (MessageNote.Expires(message.Note))
            state.NoteExpiring();
        if (Settings.CountsDeliveries)
            ReturnCounted(message, isReturned);
        else
            state.Messages.Return(message);
    }

    private void ReturnCounted(in StoredMessage message, bool isReturned)
    {
        var counted = RedeliveredMark.CountRequeue(message);
        if (MessageNote.Requeues(counted) > Settings.DeliveryLimit)
            state.Rules.Bury(new ReadOnlySpan<StoredMessage>(in message), DeathReason.DeliveryLimit);
        else if (isReturned && Settings.Type.StoresReturnsAnew && TryMove(message, MessageNote.Requeues(counted), out var moved))
            AddMoved(moved);
        else
            state.Messages.Return(counted);
    }

    /// <summary>
    /// Adds a message in its new place, after it was settled in its old place. If the queue cannot add the message, the message is kept for
    /// the restart of the queue.
    /// </summary>
    private void AddMoved(in StoredMessage moved)
    {
        try
        {
            state.Messages.Add(moved);
        }
        catch (Exception error)
        {
            faults.Crash(error);
            faults.Strand(moved);
        }
    }

    /// <summary>Stores a message again, in a new place, and settles it in its old place.</summary>
    /// <param name="message">The message in its old place.</param>
    /// <param name="requeues">Number of times that the message was requeued, including this time.</param>
    /// <param name="moved">The message in its new place. The caller adds it to the queue.</param>
    /// <returns>False if the message must return to its old place, for example because the disk is short of space.</returns>
    private bool TryMove(in StoredMessage message, int requeues, out StoredMessage moved)
    {
        var messages = state.Messages;
        bool isFirst = Settings.DeliveryLimit is not null;
        moved = default;
        if ((isFirst ? messages.StoredReturns : messages.Stored) is not { } target || _store.IsBehind || state.Services.IsDiskShort())
            return false;
        if (!TryStore(target, message, requeues, out int head, ref moved))
            return false;
        Note(ref moved, message.Note, requeues, head, isFirst);
        // To enforce x-max-length-bytes, the queue needs the exact size of the head. A message loses this size when its entry is moved to
        // the disk, so the entry must stay in memory.
        if (Settings.MaxLengthBytes is not null)
            moved = moved with { Flags = moved.Flags | MessageFlags.StaysInMemory };
        try
        {
            messages.Settle(new ReadOnlySpan<StoredMessage>(in message), isBound: true);
            return true;
        }
        catch
        {
            messages.Settle(new ReadOnlySpan<StoredMessage>(in moved)); // otherwise the message would exist twice after a restart
            throw;
        }
    }

    private bool TryStore(StoredQueue target, in StoredMessage message, int requeues, out int head, ref StoredMessage place)
    {
        try
        {
            using var payload = _store.Read(message);
            var content = EncodedMessage.Read(payload.Payload);
            byte[] counted = EncodedMessage.WithRequeues(content.Head, requeues);
            head = counted.Length;
            _store.Append([target], counted, content.Body, message.IsPersistent, new Span<StoredMessage>(ref place));
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or StoreFailedException or StoreDamagedException)
        {
            head = 0;
            return false; // the next client that takes the message gets the error
        }
    }

    private static void Note(ref StoredMessage moved, int note, int requeues, int head, bool isFirst)
    {
        moved = moved.WithNote(note);
        moved = RedeliveredMark.SetIfRequeued(moved, requeues);
        moved = MessageNote.WithReturned(MessageNote.WithHead(moved, head), isFirst);
    }
}
