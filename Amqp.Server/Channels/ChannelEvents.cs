using Amqp.Server.Broker.Events;
using static Amqp.Server.Broker.Events.EventFacts;

namespace Amqp.Server.Channels;

/// <summary>What happens on channels. A channel stands for itself where RabbitMQ names its process.</summary>
internal static class ChannelEvents
{
    public static void ChannelCreated(this BrokerEvents events, AmqpChannel channel)
    {
        if (!events.IsWanted)
            return;
        var session = channel.Session;
        events.Raise("channel.created",
        [
            PerformedBy(session.User.Name), Fact("vhost", session.VirtualHost.Name), Fact("user", session.User.Name), Fact("number", channel.Number),
            Fact("connection", session.Pid), Fact("name", channel.Name), Fact("pid", Pid(channel)),
        ]);
    }

    public static void ChannelClosed(this BrokerEvents events, AmqpChannel channel)
    {
        if (events.IsWanted)
            events.Raise("channel.closed", [PerformedBy(channel.Session.User.Name), Fact("pid", Pid(channel))]);
    }

    /// <param name="events">Where to raise it.</param>
    /// <param name="consumer">The new consumer.</param>
    /// <param name="isExclusive">Whether it was asked for as the queue's only one.</param>
    public static void ConsumerCreated(this BrokerEvents events, ChannelConsumer consumer, bool isExclusive)
    {
        if (events.IsWanted)
            events.Raise("consumer.created",
            [
                Performed(), Arguments("arguments", consumer.Arguments), Fact("prefetch_count", consumer.Prefetch),
                Fact("queue", consumer.Queue.Name), Fact("vhost", consumer.Queue.VirtualHost), Fact("channel", Pid(consumer.Channel)),
                Fact("ack_required", !consumer.NoAck), Fact("exclusive", isExclusive), Fact("consumer_tag", consumer.Tag),
            ]);
    }

    public static void ConsumerDeleted(this BrokerEvents events, ChannelConsumer consumer)
    {
        if (events.IsWanted)
            events.Raise("consumer.deleted",
            [
                Performed(), Fact("queue", consumer.Queue.Name), Fact("vhost", consumer.Queue.VirtualHost),
                Fact("channel", Pid(consumer.Channel)), Fact("consumer_tag", consumer.Tag),
            ]);
    }

    private static string Pid(AmqpChannel channel) => $"<{channel.Name}>";
}
