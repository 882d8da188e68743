using Amqp.Server.Broker.Events;
using static Amqp.Server.Broker.Events.EventFacts;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Raises events of sessions and consumers. Fields that name an Erlang process in RabbitMQ name the session here.</summary>
internal static class SessionEvents
{
    public static void ChannelCreated(this BrokerEvents events, BrokerSession session)
    {
        if (events.IsWanted)
        {
            var client = session.Client;
            var (user, virtualHost, number, name) = (client.User.Name, client.VirtualHost.Name, session.Number, session.Name);
            string connection = client.Pid;
            events.Raise("channel.created", 0, () =>
            [
                PerformedBy(user), Fact("vhost", virtualHost), Fact("user", user),
                Fact("number", number),
                Fact("connection", connection), Fact("name", name), Fact("pid", Pid(name)),
            ]);
        }
    }

    public static void ChannelClosed(this BrokerEvents events, BrokerSession session)
    {
        if (events.IsWanted)
        {
            var (user, name) = (session.Client.User.Name, session.Name);
            events.Raise("channel.closed", 0, () => [PerformedBy(user), Fact("pid", Pid(name))]);
        }
    }

    public static void ConsumerCreated(this BrokerEvents events, SessionConsumer consumer, bool isExclusive)
    {
        if (events.IsWanted)
        {
            var (actor, arguments, prefetch, isAcked) = (BrokerEvents.Actor, consumer.Arguments, consumer.Prefetch, !consumer.NoAck);
            var (queue, virtualHost) = (consumer.Queue.Name, consumer.Queue.VirtualHost);
            var (channel, tag) = (consumer.Session.Name, consumer.Tag);
            events.Raise("consumer.created", SizeOf(arguments), () =>
            [
                PerformedBy(actor), Arguments("arguments", arguments), Fact("prefetch_count", prefetch),
                Fact("queue", queue), Fact("vhost", virtualHost), Fact("channel", Pid(channel)),
                Fact("ack_required", isAcked), Fact("exclusive", isExclusive), Fact("consumer_tag", tag),
            ]);
        }
    }

    public static void ConsumerDeleted(this BrokerEvents events, SessionConsumer consumer)
    {
        if (events.IsWanted)
        {
            var (actor, queue, virtualHost) = (BrokerEvents.Actor, consumer.Queue.Name, consumer.Queue.VirtualHost);
            var (channel, tag) = (consumer.Session.Name, consumer.Tag);
            events.Raise("consumer.deleted", 0, () =>
            [
                PerformedBy(actor), Fact("queue", queue), Fact("vhost", virtualHost),
                Fact("channel", Pid(channel)), Fact("consumer_tag", tag),
            ]);
        }
    }

    private static string Pid(string session) => $"<{session}>";
}
