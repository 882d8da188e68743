using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Storage;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Queues;

/// <summary>Returns unacknowledged messages to one queue, marked as redelivered.</summary>
/// <remarks>
/// <para>A classic queue puts a message back in its place. In a quorum queue, a message that the client returned gets a new place: behind
/// all other messages or, if the queue has a delivery limit, before all new messages. A message's place is fixed when it is stored. For a
/// new place the message is therefore stored again, as in RabbitMQ, and then settled in its old place. So the order and the number of
/// requeues survive a restart, and the memory of a deep queue stays bounded. After a crash between the two steps the message may exist
/// twice.</para>
/// <para>The queue's lock guards the state.</para>
/// </remarks>
internal sealed class Requeue(QueueState state, QueueFaults faults)
{
    /// <summary>Number of messages that are stored again before the lock is released for other threads.</summary>
    private const int StoredPerLock = 64;

    private readonly IMessageStore _store = state.Services.Store;

    private QueueSettings Settings => state.Rules.Settings;

    /// <summary>
    /// Returns messages. A message that was requeued more often than the delivery limit allows is dead-lettered. Throws nothing.
    /// </summary>
    /// <param name="messages">The messages, in the order in which they return.</param>
    /// <param name="isReturned">
    /// True if the client returned the messages. False if its session ended: the messages then go to their old places.
    /// </param>
    public void Return(ReadOnlySpan<StoredMessage> messages, bool isReturned)
    {
        // Messages that are stored again return in parts, so that the lock is released in between. Otherwise all return under one lock.
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
    /// Adds a message that is already settled in its old place. If adding fails, the message is stranded: otherwise it would be lost until
    /// the broker's next start.
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

    /// <summary>Stores a message again and settles it in its old place.</summary>
    /// <param name="message">The message as it was taken.</param>
    /// <param name="requeues">Number of the message's requeues, including this one.</param>
    /// <param name="moved">The message in its new place, to be added to the queue.</param>
    /// <returns>
    /// False if the message has to return to its old place: the queue has no level for returned messages, the store is behind or fails, or
    /// the disk is short of space.
    /// </returns>
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
        if (Settings.MaxLengthBytes is not null) // a limit in bytes needs the exact size of the head, which a spilled entry loses
            moved = moved with { Flags = moved.Flags | MessageFlags.StaysInMemory };
        try
        {
            messages.Settle(new ReadOnlySpan<StoredMessage>(in message), isBound: true);
            return true;
        }
        catch
        {
            messages.Settle(new ReadOnlySpan<StoredMessage>(in moved)); // otherwise both copies would exist after a restart
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
