using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Values;
using Amqp.Storage.Messages;

namespace Amqp.Server.Channels.Handlers;

/// <summary>The basic.* methods but for publish: qos, consume, cancel and get here, settlements in their own file.</summary>
internal static class BasicHandlers
{
    public static MethodTable<AmqpChannel> OnBasicMethods(this MethodTable<AmqpChannel> table) => table
        .On<BasicQos>(Qos)
        .On<BasicConsume>(Consume)
        .On<BasicCancel>(Cancel)
        .On<BasicGet>(Get)
        .On<BasicNack>(BasicSettlementHandlers.Nack)
        .On<BasicReject>(BasicSettlementHandlers.Reject)
        .On<BasicRecover>(BasicSettlementHandlers.Recover)
        .On<BasicRecoverAsync>(BasicSettlementHandlers.RecoverAsync);

    private static void Qos(AmqpChannel channel, BasicQos method)
    {
        if (method.PrefetchSize != 0)
            throw new AmqpException(ReplyCode.NotImplemented, $"prefetch_size!=0 ({method.PrefetchSize})");
        lock (channel.Session.Outbox.Gate)
        {
            if (method.Global)
                channel.PrefetchLimit = method.PrefetchCount;
            else
                channel.ConsumerPrefetch = method.PrefetchCount;
        }
        channel.Send(new BasicQosOk());
        channel.ResumeConsumers();
    }

    private static void Consume(AmqpChannel channel, BasicConsume method)
    {
        if (channel.QueueName(method.Queue) == ReservedNames.ReplyTo)
        {
            DirectReplyToHandlers.Consume(channel, method);
            return;
        }
        var session = channel.Session;
        var queue = channel.GetQueueToRead(method.Queue);
        int priority = ReadPriority(method.Arguments, queue);
        session.WatchDeliveriesOf(queue);
        string tag = method.ConsumerTag.Length == 0 ? ReservedNames.NewConsumerTag() : method.ConsumerTag;
        var consumer = new ChannelConsumer(channel, queue, tag, method.NoAck, priority, channel.ConsumerPrefetch, method.Arguments);
        lock (session.Outbox.Gate)
            DemandRoomFor(channel, tag);
        // Another thread may drain the queue as soon as the consumer is there: consume-ok goes out first, under the queue's lock.
        queue.Subscribe(consumer, method.Exclusive, subscription =>
        {
            consumer.Subscription = subscription;
            lock (session.Outbox.Gate)
            {
                channel.Add(consumer);
                if (!method.NoWait)
                    session.Outbox.Write(channel.Number, new BasicConsumeOk(tag));
            }
        });
        session.Broker.Events.ConsumerCreated(consumer, method.Exclusive);
        channel.Access.DemandQueue(AccessKind.Read, queue.Name); // again: who takes the permission away just now may not have seen the consumer yet
        session.Round.Touch(session.Outbox);
        session.Round.Touch(queue);
    }

    /// <summary>Demands that the channel may have a consumer more, of this tag. Under the gate.</summary>
    /// <exception cref="AmqpException">530: the tag is in use, or there are too many.</exception>
    public static void DemandRoomFor(AmqpChannel channel, string tag)
    {
        if (channel.FindConsumer(tag) is not null)
            throw new AmqpException(ReplyCode.NotAllowed, $"attempt to reuse consumer tag '{tag}'");
        int most = channel.Session.Options.ConsumerMaxPerChannel;
        if (most != 0 && channel.ConsumerCount >= most)
            throw new AmqpException(ReplyCode.NotAllowed, $"reached maximum ({most}) of consumers per channel");
    }

    private static void Cancel(AmqpChannel channel, BasicCancel method)
    {
        ChannelConsumer? consumer = null;
        lock (channel.Session.Outbox.Gate)
        {
            if (channel.ReplyConsumer is { } replies && replies.Tag == method.ConsumerTag)
                replies.Cancel();
            else
                consumer = channel.FindConsumer(method.ConsumerTag);
            if (consumer is not null)
                channel.Forget(consumer);
        }
        if (consumer is not null)
            channel.Leave(consumer);
        if (!method.NoWait)
            channel.Send(new BasicCancelOk(method.ConsumerTag));
    }

    private static void Get(AmqpChannel channel, BasicGet method)
    {
        var queue = channel.GetQueueToRead(method.Queue);
        if (queue.Settings is { SingleActiveConsumer: true, Type: QueueType.Quorum })
            throw NoGetBesideSingleActiveConsumer(queue);
        channel.Session.WatchDeliveriesOf(queue);
        if (!queue.TryGet((channel, queue, method.NoAck), method.NoAck, SendGetOk))
        {
            channel.Counts.Deliveries.GetEmpty++;
            channel.Send(new BasicGetEmpty());
        }
        if (queue.HasRules)
            channel.Session.Round.Touch(queue); // what is in front now may have expired
        channel.Session.Round.Touch(channel.Session.Outbox);
    }

    /// <summary>RabbitMQ's classic queues let a message be got past the active consumer; its quorum queues do not.</summary>
    private static AmqpException NoGetBesideSingleActiveConsumer(Queue queue) => new(
        ReplyCode.ResourceLocked,
        $"cannot obtain access to locked queue '{queue.Name}' in vhost '{queue.VirtualHost.Name}'. basic.get operations are not supported by quorum queues with single active consumer",
        BasicGet.Id);

    private static void SendGetOk((AmqpChannel Channel, Queue Queue, bool NoAck) state, in StoredMessage message, ReadOnlySpan<byte> payload, long left)
    {
        var (channel, queue, noAck) = state;
        var session = channel.Session;
        var content = EncodedMessage.Read(payload);
        PublishAddress.Split(content.Address, out var exchange, out var routingKey);
        var getOk = new BasicGetOk(
            0, message.IsRedelivered, OctetText.Decode(exchange), OctetText.Decode(routingKey), (uint)Math.Min(left, uint.MaxValue));
        // Unlike a delivery, as in RabbitMQ, this one says so the first time too.
        var properties = queue.CountsDeliveries ? DeliveryCount.AddTo(content.Properties, MessageNote.Requeues(message)) : content.Properties;
        ulong tag;
        lock (session.Outbox.Gate)
        {
            ref var counts = ref channel.Counts.Deliveries;
            (noAck ? ref counts.GetNoAck : ref counts.Get)++;
            if (message.IsRedelivered)
                counts.Redeliver++;
            tag = noAck ? channel.NextDeliveryTag() : channel.Track(message, queue, consumer: null);
            try
            {
                session.Outbox.Write(channel.Number, getOk with { DeliveryTag = tag });
                session.Outbox.WriteContent(channel.Number, properties, content.Body, session.FrameMax);
            }
            catch (Exception error)
            {
                channel.Untrack(tag);
                throw new OutputFailedException(error);
            }
        }
        if (queue.VirtualHost.Firehose is { } firehose
            && firehose.Delivered(content.Address, properties, content.Body, queue, message.IsRedelivered, channel.TracedBy) is { } copy)
            session.Round.Defer(copy);
        queue.VirtualHost.Spans?.NoteDelivery("get", content, queue, tag, message.IsRedelivered);
    }

    private static int ReadPriority(FieldTable arguments, Queue queue)
    {
        if (arguments["x-priority"] is not { } priority)
            return 0;
        if (!priority.IsInteger)
            throw ArgumentTypes.Invalid("x-priority", queue.Name, queue.VirtualHost.Name, $"\"expected integer, got {ArgumentTypes.NameOf(priority.Type)}\"");
        return (int)Math.Clamp(priority.AsInteger(), int.MinValue, int.MaxValue);
    }
}
