using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Takes single messages from queues for a session: basic.get.</summary>
/// <remarks>Owned by the one thread that uses the session.</remarks>
internal sealed class SessionGets(BrokerSession session)
{
    private readonly BrokerClient _client = session.Client;

    /// <inheritdoc cref="BrokerSession.Get"/>
    public bool Get<TState>(string name, bool noAck, TState state, GetMessage<TState> deliver)
    {
        var queue = session.Topology.GetQueueToRead(name);
        if (queue.Settings.SingleActiveConsumer && queue.Settings.Type.RefusesGetBesideSingleActiveConsumer)
            throw NoGetBesideSingleActiveConsumer(queue);
        _client.WatchDeliveriesOf(queue);
        bool isThere = queue.Deliveries.TryGet(
            (Gets: this, queue, noAck, state, deliver), noAck,
            static (
                (SessionGets Gets, Queue Queue, bool NoAck, TState State, GetMessage<TState> Deliver) got,
                in StoredMessage message,
                ReadOnlySpan<byte> payload,
                long left) =>
                got.Gets.Deliver(got.Queue, got.NoAck, got.State, got.Deliver, message, payload, left));
        if (!isThere)
            session.Counts.Deliveries.GetEmpty++;
        if (queue.Deliveries.NeedDrain)
            _client.Round.Touch(queue); // the drain removes expired messages
        _client.Round.Touch(session.Sink.Output);
        return isThere;
    }

    private void Deliver<TState>(
        Queue queue, bool noAck, TState state, GetMessage<TState> deliver, in StoredMessage message, ReadOnlySpan<byte> payload, long left)
    {
        var content = EncodedMessage.Read(payload);
        PublishAddress.Split(content.Address, out _, out _); // throws for a malformed message before any of it is sent
        // As in RabbitMQ, basic.get sends the delivery count even if it is 0. A delivery to a consumer omits a delivery count of 0.
        var properties = queue.Settings.CountsDeliveries
            ? DeliveryCount.AddTo(content.Properties, MessageNote.Requeues(message))
            : content.Properties;
        var counts = session.Counts;
        ulong tag;
        lock (session.Sink.Gate)
        {
            (noAck ? ref counts.Deliveries.GetNoAck : ref counts.Deliveries.Get)++;
            if (message.IsRedelivered)
                counts.Deliveries.Redeliver++;
            tag = noAck ? session.Deliveries.NextTag() : session.Deliveries.Track(message, queue, consumer: null);
            try
            {
                deliver(state, tag, message.IsRedelivered, content, properties, left);
            }
            catch (Exception error)
            {
                session.Deliveries.Untrack(tag);
                throw new OutputFailedException(error);
            }
        }
        session.Trace.NoteDelivery(content, properties, queue, message, tag, consumer: null, noAck, _client.Round);
    }

    /// <summary>Returns the error for basic.get on a quorum queue with a single active consumer.</summary>
    private static BrokerException NoGetBesideSingleActiveConsumer(Queue queue) => new(
        BrokerError.Locked,
        $"cannot obtain access to locked queue '{queue.Name}' in vhost '{queue.VirtualHost}'. basic.get "
            + "operations are not supported by quorum queues with single active consumer");
}

/// <summary>Sends the message that <see cref="BrokerSession.Get"/> took. Called under the locks of the queue and of the sink.</summary>
internal delegate void GetMessage<in TState>(
    TState state, ulong tag, bool isRedelivered, in EncodedMessage content, ReadOnlySpan<byte> properties, long left);
