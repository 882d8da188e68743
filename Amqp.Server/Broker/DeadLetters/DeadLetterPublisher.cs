using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Storage.Faults;

namespace Amqp.Server.Broker.DeadLetters;

/// <summary>Publishes messages that died in a queue to the queue's dead-letter exchange.</summary>
/// <remarks>Created for one batch of messages. Used by one thread, which holds no lock.</remarks>
/// <param name="queue">Queue in which the messages died.</param>
/// <param name="routing">Exchanges and bindings of the virtual host.</param>
/// <param name="exchange">The dead-letter exchange.</param>
/// <param name="routingKey">Routing key for all messages; null if each message keeps its own routing keys.</param>
/// <param name="round">Hands the stored messages to their queues.</param>
internal sealed class DeadLetterPublisher(Queue queue, RoutingTable routing, Exchange exchange, string? routingKey, DispatchRound round)
{
    private readonly RouteFinder _finder = new(routing);
    private readonly MessageIntake _intake = new(queue.Host.Services) { TakesRepeats = true };
    private readonly DeathHistory _history = new();
    private readonly ArrayBufferWriter<byte> _properties = new();
    private readonly ArrayBufferWriter<byte> _address = new();
    private readonly ArrayBufferWriter<byte> _head = new();

    /// <summary>True if at least one stored message survives a restart.</summary>
    public bool HasWritten { get; private set; }

    /// <summary>
    /// Publishes one message. Skips queues to which the message would return in a cycle (<see cref="DeathHistory.IsCycle"/>).
    /// </summary>
    /// <param name="payload">The message in its stored form.</param>
    /// <param name="reason">Reason of the death.</param>
    /// <exception cref="DiskAlarmException">The message must be written to disk, and the disk alarm is set.</exception>
    /// <exception cref="StoreFailedException">The message is persistent, and the store has failed.</exception>
    public void Publish(ReadOnlySpan<byte> payload, DeathReason reason)
    {
        var message = EncodedMessage.Read(payload);
        var properties = EncodedProperties.ReadAccepted(message.Properties);
        PublishAddress.Split(message.Address, out var oldExchange, out var oldKey);
        string[] keys = [OctetText.Decode(oldKey), .. SenderSelectedKeys.ReadStored(properties.Headers)];
        string? expiration = (properties.Flags & PropertyFlags.Expiration) != 0 ? OctetText.Decode(properties.Expiration) : null;
        var death = new Death(reason, queue.Name, queue.Host.Services.Timer.Now / 1000, OctetText.Decode(oldExchange), keys, expiration);
        _history.Add(properties.Headers, death, keepsSenderKeys: routingKey is null);
        var hiddenKeys = message.HiddenKeys; // the keys of the BCC header: they route the message, but are not written to x-death
        if (routingKey is not null)
        {
            keys = [routingKey];
            hiddenKeys = default;
        }
        else if (!hiddenKeys.IsEmpty)
        {
            keys = [.. keys, .. SenderSelectedKeys.Reveal(hiddenKeys)];
        }

        EncodeHead(keys[0], message.Properties);
        var traits = new MessageTraits(properties.IsPersistent, properties.Priority, Expiry.None);
        var route = FindRoute(keys);
        var head = hiddenKeys.IsEmpty
            ? _head.WrittenSpan
            : EncodedMessage.NewHead(_address.WrittenSpan, _properties.WrittenSpan, hiddenKeys);
        _intake.DemandDisk(route, traits, isClients: reason is DeathReason.Rejected or DeathReason.DeliveryLimit);
        HasWritten |= traits.IsPersistent && route.IsDurable;
        _intake.Store(route, head, message.Body, traits, round);
        round.NoteDeadLetter(route.Queues.Length, payload.Length);
    }

    private void EncodeHead(string key, ReadOnlySpan<byte> properties)
    {
        _address.ResetWrittenCount();
        _properties.ResetWrittenCount();
        var address = new WireWriter(_address);
        address.WriteShortString(exchange.Name);
        address.WriteShortString(key);
        EncodedProperties.Rewrite(properties, _history.Headers, keepsExpiration: false, _properties);
        int size = EncodedMessage.HeadSize(_address.WrittenCount, _properties.WrittenCount);
        _head.ResetWrittenCount();
        EncodedMessage.WriteHead(_head.GetSpan(size), _address.WrittenSpan, _properties.WrittenSpan);
        _head.Advance(size);
    }

    private MessageRoute FindRoute(string[] keys)
    {
        routing.Follow(
            exchange,
            new RoutedMessage(keys[0], _history.Headers) { FurtherKeys = keys.AsSpan(1), Properties = _properties.WrittenSpan },
            _finder);
        var route = _finder.ToRoute();
        var queues = Array.FindAll(route.Queues, target => !_history.IsCycle(target.Name));
        return queues.Length == route.Queues.Length ? route : route.WithQueues(queues);
    }
}
