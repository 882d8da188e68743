using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Connections;

namespace Amqp.Server.Snapshots;

/// <summary>Makes snapshots of the open connections.</summary>
internal sealed class ConnectionMaker(ConnectionRegistry connections, StatisticsSampler sampler) : SnapshotMaker
{
    private readonly SetRoster<AmqpConnection, ConnectionFacts> _roster = new(ConnectionFacts.Of, ConnectionFacts.Compare);

    /// <summary>The times of the last two samples, from which rates are computed.</summary>
    public StatisticsSampler Sampler => sampler;

    public override SnapshotTable Make() => new ConnectionTable(this);

    public override void Forget() => _roster.Forget();

    /// <summary>Returns the connections whose handshake has ended, in the order of the rows.</summary>
    public ConnectionFacts[] Facts()
    {
        _roster.Renew(connections.All.Where(connection => connection.Client is not null));
        return _roster.Items;
    }
}

/// <summary>A connection with its properties that do not change.</summary>
internal sealed record ConnectionFacts(AmqpConnection Connection, BrokerClient Client, ClientFacts About)
{
    public VirtualHost Host { get; } = Client.VirtualHost;

    public static ConnectionFacts Of(AmqpConnection connection) =>
        new(connection, connection.Client!, ClientFacts.Of(connection.Client!.Origin));

    /// <summary>Compares by virtual host and name.</summary>
    public static int Compare(ConnectionFacts one, ConnectionFacts other)
    {
        int order = string.CompareOrdinal(one.Client.VirtualHost.Name, other.Client.VirtualHost.Name);
        return order != 0 ? order : string.CompareOrdinal(one.Client.Origin.ConnectionName, other.Client.Origin.ConnectionName);
    }
}
