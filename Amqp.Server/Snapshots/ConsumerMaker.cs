using Amqp.Server.Broker.Sessions;
using Amqp.Server.Connections;

namespace Amqp.Server.Snapshots;

/// <summary>Makes snapshots of the consumers.</summary>
internal sealed class ConsumerMaker(ConnectionRegistry connections) : SnapshotMaker
{
    private readonly SetRoster<SessionConsumer, ConsumerFacts> _roster = new(ConsumerFacts.Of, ConsumerFacts.Compare);

    public override SnapshotTable Make() => new ConsumerTable(this);

    public override void Forget() => _roster.Forget();

    /// <summary>Returns the consumers in the order of the rows.</summary>
    public ConsumerFacts[] Facts()
    {
        _roster.Renew(connections.All.SelectMany(connection => connection.Sessions).SelectMany(session => session.Consumers.All));
        return _roster.Items;
    }
}

/// <summary>A consumer with its properties that do not change.</summary>
/// <param name="Consumer">The consumer.</param>
/// <param name="Channel">Name of its channel.</param>
/// <param name="ClientName">The name that the client gave its connection; null if it gave none.</param>
internal sealed record ConsumerFacts(SessionConsumer Consumer, string Channel, string? ClientName)
{
    public static ConsumerFacts Of(SessionConsumer consumer) =>
        new(consumer, consumer.Session.Name, ClientFacts.Of(consumer.Session.Client.Origin).Name);

    /// <summary>Compares by virtual host, tag, queue and channel. Consumers of different channels may have the same tag.</summary>
    public static int Compare(ConsumerFacts one, ConsumerFacts other)
    {
        int order = string.CompareOrdinal(one.Consumer.Queue.VirtualHost, other.Consumer.Queue.VirtualHost);
        order = order != 0 ? order : string.CompareOrdinal(one.Consumer.Tag, other.Consumer.Tag);
        order = order != 0 ? order : string.CompareOrdinal(one.Consumer.Queue.Name, other.Consumer.Queue.Name);
        return order != 0 ? order : string.CompareOrdinal(one.Channel, other.Channel);
    }
}
