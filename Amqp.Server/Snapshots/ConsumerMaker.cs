using Amqp.Server.Broker.Sessions;
using Amqp.Server.Connections;

namespace Amqp.Server.Snapshots;

/// <summary>Makes snapshots of the consumers.</summary>
internal sealed class ConsumerMaker(ConnectionRegistry connections) : SnapshotMaker
{
    private readonly SetRoster<SessionConsumer, ConsumerFacts> _roster =
        new(consumer => new ConsumerFacts(consumer), ConsumerFacts.Compare);

    public override SnapshotTable Make() => new ConsumerTable(this);

    public override void Forget() => _roster.Forget();

    /// <summary>Returns the consumers in the order of the rows.</summary>
    public ConsumerFacts[] Facts()
    {
        _roster.Renew(connections.All.SelectMany(connection => connection.Sessions).SelectMany(session => session.Consumers.All));
        return _roster.Items;
    }
}

/// <summary>A consumer with its properties that do not change, and the time of its last acknowledgement.</summary>
internal sealed class ConsumerFacts(SessionConsumer consumer)
{
    private long _settledAt; // guarded by the lock of the snapshot, as is the next field; in milliseconds of the session's clock
    private long _lastAckAt = NumberColumn.Unknown;

    public SessionConsumer Consumer => consumer;

    /// <summary>Name of the channel.</summary>
    public string Channel { get; } = consumer.Session.Name;

    /// <summary>The name that the client gave its connection; null if it gave none.</summary>
    public string? ClientName { get; } = ClientFacts.Of(consumer.Session.Client.Origin).Name;

    /// <summary>
    /// Time when a delivery was last settled, in milliseconds since 1970-01-01 UTC; unknown if none was. Converted only after a change,
    /// because two conversions of the same time may differ by a millisecond.
    /// </summary>
    public long LastAckAt
    {
        get
        {
            if (consumer.SettledAt is var at && at != _settledAt)
                (_settledAt, _lastAckAt) = (at, consumer.Session.Client.Services.Clock.ToUnix(at));
            return _lastAckAt;
        }
    }

    /// <summary>Compares by virtual host, tag, queue and channel. Consumers of different channels may have the same tag.</summary>
    public static int Compare(ConsumerFacts one, ConsumerFacts other)
    {
        int order = string.CompareOrdinal(one.Consumer.Queue.VirtualHost, other.Consumer.Queue.VirtualHost);
        order = order != 0 ? order : string.CompareOrdinal(one.Consumer.Tag, other.Consumer.Tag);
        order = order != 0 ? order : string.CompareOrdinal(one.Consumer.Queue.Name, other.Consumer.Queue.Name);
        return order != 0 ? order : string.CompareOrdinal(one.Channel, other.Channel);
    }
}
