using Amqp.Server.Broker.Events;
using static Amqp.Server.Broker.Events.EventFacts;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Raises events of sessions and consumers. Fields that name an Erlang process in RabbitMQ name the session here.</summary>
internal static class SessionEvents
{
    public static void ChannelCreated(this BrokerEvents events, BrokerSession session)
    {
        if (!events.IsWanted)
            return;
        var client = session.Client;
        events.Raise("channel.created",
        [
            PerformedBy(client.User.Name), Fact("vhost", client.VirtualHost.Name), Fact("user", client.User.Name),
            Fact("number", session.Number),
            Fact("connection", client.Pid), Fact("name", session.Name), Fact("pid", Pid(session)),
        ]);
    }

    public static void ChannelClosed(this BrokerEvents events, BrokerSession session)
    {
        if (events.IsWanted)
            events.Raise("channel.closed", [PerformedBy(session.Client.User.Name), Fact("pid", Pid(session))]);
    }

    public static void ConsumerCreated(this BrokerEvents events, SessionConsumer consumer, bool isExclusive)
    {
        if (events.IsWanted)
            events.Raise("consumer.created",
            [
                Performed(), Arguments("arguments", consumer.Arguments), Fact("prefetch_count", consumer.Prefetch),
                Fact("queue", consumer.Queue.Name), Fact("vhost", consumer.Queue.VirtualHost), Fact("channel", Pid(consumer.Session)),
                Fact("ack_required", !consumer.NoAck), Fact("exclusive", isExclusive), Fact("consumer_tag", consumer.Tag),
            ]);
    }

    public static void ConsumerDeleted(this BrokerEvents events, SessionConsumer consumer)
    {
        if (events.IsWanted)
            events.Raise("consumer.deleted",
            [
                Performed(), Fact("queue", consumer.Queue.Name), Fact("vhost", consumer.Queue.VirtualHost),
                Fact("channel", Pid(consumer.Session)), Fact("consumer_tag", consumer.Tag),
            ]);
    }

    private static string Pid(BrokerSession session) => $"<{session.Name}>";
}
