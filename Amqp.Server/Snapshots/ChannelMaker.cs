using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Connections;

namespace Amqp.Server.Snapshots;

/// <summary>Makes snapshots of the open channels.</summary>
internal sealed class ChannelMaker(ConnectionRegistry connections, StatisticsSampler sampler) : SnapshotMaker
{
    private readonly SetRoster<BrokerSession, ChannelFacts> _roster = new(ChannelFacts.Of, ChannelFacts.Compare);

    /// <summary>The times of the last two samples, from which rates are computed.</summary>
    public StatisticsSampler Sampler => sampler;

    public override SnapshotTable Make() => new ChannelTable(this);

    public override void Forget() => _roster.Forget();

    /// <summary>Returns the channels in the order of the rows.</summary>
    public ChannelFacts[] Facts()
    {
        _roster.Renew(connections.All.SelectMany(connection => connection.Sessions));
        return _roster.Items;
    }
}

/// <summary>A channel with its properties that do not change.</summary>
/// <param name="Session">The session of the channel.</param>
/// <param name="Name">Name of the channel.</param>
/// <param name="ClientName">The name that the client gave its connection; null if it gave none.</param>
internal sealed record ChannelFacts(BrokerSession Session, string Name, string? ClientName)
{
    public static ChannelFacts Of(BrokerSession session) => new(session, session.Name, ClientFacts.Of(session.Client.Origin).Name);

    /// <summary>Compares by virtual host and name.</summary>
    public static int Compare(ChannelFacts one, ChannelFacts other)
    {
        int order = string.CompareOrdinal(one.Session.Client.VirtualHost.Name, other.Session.Client.VirtualHost.Name);
        return order != 0 ? order : string.CompareOrdinal(one.Name, other.Name);
    }
}
