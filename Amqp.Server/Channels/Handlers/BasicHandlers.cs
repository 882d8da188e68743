using Amqp.Protocol;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Channels.Handlers;

/// <summary>Handles basic.qos, consume, cancel and get. Other classes handle publishes and settlements.</summary>
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
        channel.Session.SetPrefetch(method.PrefetchCount, method.Global ? PrefetchScope.Session : PrefetchScope.NewConsumers);
        channel.Send(new BasicQosOk());
    }

    private static void Consume(AmqpChannel channel, BasicConsume method)
    {
        string name = channel.QueueName(method.Queue);
        if (name == ReservedNames.ReplyTo)
        {
            DirectReplyToHandlers.Consume(channel, method);
            return;
        }
        string tag = method.ConsumerTag.Length == 0 ? ReservedNames.NewConsumerTag() : method.ConsumerTag;
        // The queue is looked up before the arguments are read: if both are wrong, RabbitMQ reports the error of the queue.
        var queue = channel.Session.Topology.GetQueueToRead(name);
        int priority = ReadPriority(method.Arguments, name, channel.Connection.VirtualHost.Name);
        var options = new ConsumeOptions(
            tag, method.NoAck, method.Exclusive, priority, channel.Session.Consumers.Prefetch, method.Arguments);
        channel.Session.Consume(queue, options, consumer =>
        {
            if (!method.NoWait)
                channel.Connection.Outbox.Write(channel.Number, new BasicConsumeOk(consumer.Tag));
        });
    }

    private static void Cancel(AmqpChannel channel, BasicCancel method)
    {
        if (channel.ReplyConsumer is { } replies && replies.Tag == method.ConsumerTag)
        {
            lock (channel.Gate)
                replies.Cancel();
        }
        else
        {
            channel.Session.Consumers.Cancel(method.ConsumerTag);
        }
        if (!method.NoWait)
            channel.Send(new BasicCancelOk(method.ConsumerTag));
    }

    private static void Get(AmqpChannel channel, BasicGet method)
    {
        if (!channel.Session.Get(channel.QueueName(method.Queue), method.NoAck, channel, SendGetOk))
            channel.Send(new BasicGetEmpty());
    }

    private static void SendGetOk(
        AmqpChannel channel, ulong tag, bool isRedelivered, in EncodedMessage content, ReadOnlySpan<byte> properties, long left)
    {
        PublishAddress.Split(content.Address, out var exchange, out var routingKey);
        var outbox = channel.Connection.Outbox;
        outbox.Write(channel.Number, new BasicGetOk(
            tag, isRedelivered, OctetText.Decode(exchange), OctetText.Decode(routingKey), (uint)Math.Min(left, uint.MaxValue)));
        outbox.WriteContent(channel.Number, properties, content.Body, channel.Connection.FrameMax);
    }

    private static int ReadPriority(FieldTable arguments, string queue, string virtualHost)
    {
        if (arguments["x-priority"] is not { } priority)
            return 0;
        if (!priority.IsInteger)
            throw ArgumentTypes.Invalid(
                "x-priority", queue, virtualHost, $"\"expected integer, got {ArgumentTypes.NameOf(priority.Type)}\"");
        return (int)Math.Clamp(priority.AsInteger(), int.MinValue, int.MaxValue);
    }
}
