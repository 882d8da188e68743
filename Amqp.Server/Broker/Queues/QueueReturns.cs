using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Storage;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Queues;

/// <summary>Gives messages that clients return to a quorum queue their new places: behind all others, or with a delivery limit before them.</summary>
/// <remarks>
/// The queue's lock guards it. A place in the store is a place in its log, so the message is stored anew, as RabbitMQ does, and the old one
/// settled: order and count of requeues outlive a restart, and a deep queue's memory stays bounded. After a crash in between it may be there twice.
/// </remarks>
internal sealed class QueueReturns(QueueMessages messages, QueueServices services)
{
    private readonly IMessageStore _store = services.Store;

    /// <summary>Moves a message that was taken.</summary>
    /// <param name="message">The message as it was taken.</param>
    /// <param name="requeues">How often it has been requeued, this time included.</param>
    /// <param name="settings">What applies to the queue.</param>
    /// <param name="moved">The message in its new place, to be added to the queue; the one that was taken is settled then.</param>
    /// <returns>False when it has to go back to its old place: the disk is behind or short of room, or does not let it be read or written.</returns>
    public bool TryMove(in StoredMessage message, int requeues, QueueSettings settings, out StoredMessage moved)
    {
        bool isFirst = settings.DeliveryLimit is not null;
        moved = default;
        if ((isFirst ? messages.StoredReturns : messages.Stored) is not { } target || _store.IsBehind || services.IsDiskShort())
            return false;
        if (!TryStore(target, message, requeues, out int head, ref moved))
            return false;
        Note(ref moved, message.Note, requeues, head, isFirst);
        if (settings.MaxLengthBytes is not null) // its bytes must be exact
            moved = moved with { Flags = moved.Flags | MessageFlags.StaysInMemory };
        try
        {
            messages.Settle(new ReadOnlySpan<StoredMessage>(in message), isBound: true);
            return true;
        }
        catch
        {
            messages.Settle(new ReadOnlySpan<StoredMessage>(in moved)); // or both would be there after a restart
            throw;
        }
    }

    /// <summary>Stores a message once more.</summary>
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
            return false; // whoever takes it next hears of what is wrong
        }
    }

    private static void Note(ref StoredMessage moved, int note, int requeues, int head, bool isFirst)
    {
        moved = moved.WithNote(note);
        moved = RedeliveredMark.SetIfRequeued(moved, requeues);
        moved = MessageNote.WithReturned(MessageNote.WithHead(moved, head), isFirst);
    }
}
