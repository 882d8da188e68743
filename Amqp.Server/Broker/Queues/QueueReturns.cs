using Amqp.Storage;

namespace Amqp.Server.Broker.Queues;

/// <summary>Gives messages that clients return to a quorum queue their new places: behind all others, or with a delivery limit before them.</summary>
/// <remarks>
/// The queue's lock guards it. A place in the store is a place in its log, so the message is stored anew, as RabbitMQ does, and the old one
/// settled: order and count of requeues outlive a restart, and a deep queue's memory stays bounded. After a crash in between it may be there twice.
/// </remarks>
internal sealed class QueueReturns(QueueMessages messages, VirtualHost virtualHost)
{
    private readonly IMessageStore _store = virtualHost.Store;

    /// <summary>Moves a message that was taken.</summary>
    /// <param name="message">The message as it was taken.</param>
    /// <param name="requeues">How often it has been requeued, this time included.</param>
    /// <param name="settings">What applies to the queue.</param>
    /// <returns>False when it has to go back to its old place: the disk is behind or short of room, or does not let it be read or written.</returns>
    public bool TryReturn(in StoredMessage message, int requeues, QueueSettings settings)
    {
        bool isFirst = settings.DeliveryLimit is not null;
        if ((isFirst ? messages.StoredReturns : messages.Stored) is not { } target || _store.IsBehind || virtualHost.IsDiskShort())
            return false;
        try
        {
            using var payload = _store.Read(message);
            var content = EncodedMessage.Read(payload.Payload);
            byte[] head = EncodedMessage.WithRequeues(content.Head, requeues);
            StoredMessage place = default;
            _store.Append([target], head, content.Body, message.IsPersistent, new Span<StoredMessage>(ref place));
            messages.Settle(new ReadOnlySpan<StoredMessage>(in message), isBound: true);
            place = place.WithNote(message.Note) with { Flags = place.WithNote(message.Note).Flags | MessageFlags.Redelivered };
            place = MessageNote.WithReturned(MessageNote.WithHead(MessageNote.WithRequeues(place, requeues), head.Length), isFirst);
            if (settings.MaxLengthBytes is not null) // its bytes must be exact
                place = place with { Flags = place.Flags | MessageFlags.StaysInMemory };
            messages.Add(place);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or StoreFailedException or StoreDamagedException)
        {
            return false; // whoever takes it next hears of what is wrong
        }
    }
}
