using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Storage;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Queues;

/// <summary>Returns unacknowledged messages to one queue, and marks them as redelivered. The lock of the queue guards the state.</summary>
/// <remarks>
/// A classic queue puts a message back to its old place. A quorum queue stores a requeued message again: at the end of the queue or, with a
/// delivery limit, before all new messages. After a crash of the broker, a requeued message may exist twice.
/// </remarks>
internal sealed class Requeue(QueueState state, QueueFaults faults)
{
    /// <summary>Number of messages that a thread stores again before it releases the lock for other threads.</summary>
    private const int StoredPerLock = 64;

    private readonly IMessageStore _store = state.Services.Store;

    private QueueSettings Settings => state.Rules.Settings;

    /// <summary>Returns messages to the queue. Messages that exceed the delivery limit become dead letters. Never throws.</summary>
    /// <param name="messages">The messages, in the order in which they are to return.</param>
    /// <param name="isReturned">
    /// True if the client requeued the messages. False if the client's session ended: then all messages return to their old places.
    /// </param>
    public void Return(ReadOnlySpan<StoredMessage> messages, bool isReturned)
    {
        // Storing messages again takes long, so the messages are stored in parts. Other threads can take the lock between two parts.
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
            state.Messages.PutBack(RedeliveredMark.Set(message));
    }

    private void ReturnCounted(in StoredMessage message, bool isReturned)
    {
        var counted = RedeliveredMark.CountRequeue(message);
        if (MessageNote.Requeues(counted) > Settings.DeliveryLimit)
            state.Rules.Bury(new ReadOnlySpan<StoredMessage>(in message), DeathReason.DeliveryLimit);
        else if (isReturned && Settings.Type.StoresReturnsAnew && TryMove(message, MessageNote.Requeues(counted), out var moved))
            AddMoved(moved);
        else
            state.Messages.PutBack(RedeliveredMark.Set(counted));
    }

    /// <summary>Adds a message in its new place. If the queue crashes, keeps the message until the queue is restarted.</summary>
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
    /// <param name="requeues">Number of requeues of the message, including this one.</param>
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
        // x-max-length-bytes needs the size of the head. An entry on the disk does not have this size.
        if (Settings.MaxLengthBytes is not null)
            moved = moved with { Flags = moved.Flags | MessageFlags.StaysInMemory };
        state.Host.Observer?.OnMoved(state.Queue, message, moved);
        messages.Deduplication?.Move(messages.Levels.Of(message).Number, message, messages.Levels.Of(moved).Number, moved);
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
            return false; // the message returns to its old place; the next read reports the error
        }
    }

    private static void Note(ref StoredMessage moved, int note, int requeues, int head, bool isFirst)
    {
        moved = moved.WithNote(note);
        moved = RedeliveredMark.SetIfRequeued(moved, requeues);
        moved = MessageNote.WithReturned(MessageNote.WithHead(moved, head), isFirst);
    }
}
