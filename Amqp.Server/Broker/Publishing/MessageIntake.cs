using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Publishing;

/// <summary>Stores a published message for each queue that accepts it, and for each exchange that stores messages itself.</summary>
/// <remarks>Used by one thread at a time. The buffers are reused.</remarks>
internal sealed class MessageIntake(QueueServices services)
{
    /// <summary>The result of <see cref="Store"/> if a queue refused the message.</summary>
    public const long Refused = -1;

    private StoredMessage[] _places = new StoredMessage[1];
    private StoredQueue[] _stored = [];
    private Queue[] _takers = [];
    private byte[] _stampedHead = [];

    /// <summary>
    /// Stores a message for all targets of its route. The queues get the message later, in <see cref="DispatchRound.HandOver"/>.
    /// </summary>
    /// <returns>
    /// A log position: the message is durable once the log is synced up to this position. 0 if no sync is needed;
    /// <see cref="Refused"/> if a queue refused the message.
    /// </returns>
    /// <exception cref="StoreFailedException">The message is persistent, and the store has failed.</exception>
    public long Store(MessageRoute route, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits, DispatchRound round)
    {
        long position = route.Queues.Length == 0 ? 0 : StoreInQueues(route, head, body, traits, round);
        foreach (var target in route.Targets)
        {
            long taken = target.Take(head, body, traits);
            position = position == Refused ? Refused : Math.Max(position, taken);
        }
        return position;
    }

    /// <summary>Called before the broker itself publishes a message. Throws if a disk alarm forbids writing the message.</summary>
    /// <param name="route">Route of the message.</param>
    /// <param name="traits">Traits of the message.</param>
    /// <param name="isClients">
    /// True if the broker publishes the message because of a client's acknowledgement or rejection. The method then throws only if the
    /// store is behind.
    /// </param>
    /// <exception cref="DiskAlarmException">The message must not be written to disk.</exception>
    public void DemandDisk(MessageRoute route, in MessageTraits traits, bool isClients)
    {
        if (traits.IsPersistent && services.IsDiskShort() && (!isClients || services.Store.IsBehind) && route.IsDurable)
            throw new DiskAlarmException();
    }

    private long StoreInQueues(
        MessageRoute route, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits, DispatchRound round)
    {
        var queues = route.Queues;
        if (_places.Length < queues.Length)
            _places = new StoredMessage[queues.Length];
        if (!route.IsPlain || traits.Expiration != Expiry.None)
            return StoreByRules(queues, head, body, traits, round);
        long position = services.Store.Append(route.Stored, head, body, traits.IsPersistent, _places);
        int note = MessageNote.Of(priority: 0, head.Length, expires: false);
        for (int i = 0; i < queues.Length; i++)
            round.Publish(queues[i], _places[i].WithNote(note));
        return position;
    }

    private long StoreByRules(
        Queue[] queues, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits, DispatchRound round)
    {
        if (_takers.Length < queues.Length)
            (_takers, _stored) = (new Queue[queues.Length], new StoredQueue[queues.Length]);
        int count = 0;
        bool mayExpire = traits.Expiration != Expiry.None;
        foreach (var queue in queues)
        {
            var settings = queue.Settings;
            if (queue.Faults.IsCrashed)
                continue; // a crashed queue refuses messages, as in RabbitMQ
            if (settings.RejectsPublishes && !queue.Room.TryReserve(body.Length, round))
            {
                if (settings.Overflow == Overflow.RejectPublishDeadLetter)
                    queue.DeadLetters.AddRefused([.. head, .. body], round);
                continue;
            }
            mayExpire |= settings.MessageTtl is not null;
            _stored[count] = queue.Messages.StoredFor(Math.Min(traits.Priority, settings.MaxPriority));
            _takers[count++] = queue;
        }
        var takers = _takers.AsSpan(0, count);
        try
        {
            long position = count == 0 ? 0 : Append(takers, mayExpire ? Stamp(head, traits) : head, body, traits, round);
            return count < queues.Length ? Refused : position;
        }
        catch
        {
            foreach (var queue in takers)
                queue.Room.Release(body.Length);
            throw;
        }
        finally
        {
            takers.Clear(); // otherwise the buffer would keep deleted queues in memory
            _stored.AsSpan(0, count).Clear();
        }
    }

    private long Append(
        ReadOnlySpan<Queue> takers, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits, DispatchRound round)
    {
        long position = services.Store.Append(_stored.AsSpan(0, takers.Length), head, body, traits.IsPersistent, _places);
        bool expires = traits.Expiration != Expiry.None;
        for (int i = 0; i < takers.Length; i++)
        {
            var settings = takers[i].Settings;
            var message = _places[i].WithNote(MessageNote.Of(Math.Min(traits.Priority, settings.MaxPriority), head.Length, expires));
            // x-max-length-bytes needs the exact size of the head. The size would be lost if the entry moved to the disk.
            if (settings.MaxLengthBytes is not null)
                message = message with { Flags = message.Flags | MessageFlags.StaysInMemory };
            round.Publish(takers[i], message);
        }
        return position;
    }

    /// <summary>Returns the head with a stamp: the current time and the expiration of the message.</summary>
    private ReadOnlySpan<byte> Stamp(ReadOnlySpan<byte> head, in MessageTraits traits)
    {
        var message = EncodedMessage.Read(head);
        int size = EncodedMessage.StampedHeadSize(message.Address.Length, message.Properties.Length, message.HiddenKeys.Length);
        if (_stampedHead.Length < size)
            Array.Resize(ref _stampedHead, Math.Max(size, 2 * _stampedHead.Length));
        EncodedMessage.WriteHead(
            _stampedHead, message.Address, message.Properties, new MessageStamp(services.Timer.Now, traits.Expiration), message.HiddenKeys);
        return _stampedHead.AsSpan(0, size);
    }
}

/// <summary>Thrown if the broker itself publishes a message that would be written to disk while the disk alarm is set.</summary>
internal sealed class DiskAlarmException() : Exception("the disk alarm is set");
