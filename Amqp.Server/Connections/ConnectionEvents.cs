using Amqp.Protocol;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Names;
using Amqp.Server.Channels;
using static Amqp.Server.Broker.Events.EventFacts;

namespace Amqp.Server.Connections;

/// <summary>
/// Raises the events of logins and connections. Their field <c>pid</c> is the connection's name, not an Erlang process id.
/// </summary>
internal static class ConnectionEvents
{
    private const string Protocol = "{0,9,1}";

    public static void LoggedIn(this BrokerEvents events, ConnectionPeer peer, string user, string mechanism)
    {
        if (events.IsWanted)
            events.Raise("user.authentication.success", Login(peer, user, mechanism));
    }

    public static void LoginRefused(this BrokerEvents events, ConnectionPeer peer, string user, string mechanism, string reason)
    {
        if (!events.IsWanted)
            return;
        string error = reason.StartsWith("user '", StringComparison.Ordinal) ? reason : $"user '{user}' - {reason}";
        events.Raise("user.authentication.failure", [Characters("error", error), .. Login(peer, user, mechanism)]);
    }

    public static void ConnectionCreated(this BrokerEvents events, OpenedConnection connection, ConnectionPeer peer)
    {
        if (!events.IsWanted)
            return;
        var origin = connection.Origin;
        var properties = FieldTableCodec.Read(origin.ClientProperties);
        events.Raise("connection.created",
        [
            PerformedBy(connection.User.Name), Fact("node", Node.Name), Fact("connected_at", origin.ConnectedAt),
            Arguments("client_properties", properties), Fact("channel_max", connection.ChannelMax),
            Fact("frame_max", connection.FrameMax == int.MaxValue ? 0 : connection.FrameMax),
            Fact("timeout", connection.Heartbeat), Fact("vhost", connection.VirtualHost.Name), Fact("user", connection.User.Name),
            Fact("protocol", Protocol),
            Fact("ssl_hash", ""), Fact("ssl_cipher", ""), Fact("ssl_key_exchange", ""), Fact("ssl_protocol", ""),
            Fact("auth_mechanism", origin.Mechanism),
            Fact("peer_cert_validity", ""), Fact("peer_cert_issuer", peer.Certificate?.Issuer ?? ""),
            Fact("peer_cert_subject", peer.Certificate?.Subject ?? ""),
            Fact("ssl", peer.IsTls),
            Address("peer_host", origin.PeerHost),
            Address("host", origin.Host),
            Fact("peer_port", origin.PeerPort),
            Fact("port", origin.Port),
            Fact("name", origin.ConnectionName),
            Fact("pid", connection.Client.Pid),
            Fact("type", "network"),
            .. UserProvidedName(properties),
        ]);
    }

    public static void ConnectionClosed(this BrokerEvents events, OpenedConnection connection)
    {
        if (!events.IsWanted)
            return;
        var properties = FieldTableCodec.Read(connection.Origin.ClientProperties);
        events.Raise("connection.closed",
        [
            Arguments("client_properties", properties), Fact("node", Node.Name), Fact("pid", connection.Client.Pid),
            Fact("name", connection.Origin.ConnectionName), .. UserProvidedName(properties),
        ]);
    }

    private static KeyValuePair<string, FieldValue>[] Login(ConnectionPeer peer, string user, string mechanism) =>
    [
        Fact("ssl", peer.IsTls), Fact("auth_mechanism", mechanism), Fact("protocol", Protocol), Fact("peer_port", peer.Remote.Port),
        Address("peer_host", peer.Remote.Host), Fact("connection_name", peer.Name), Address("host", peer.Local.Host), Fact("name", user),
        Fact("connection_type", "network"),
    ];

    private static KeyValuePair<string, FieldValue>[] UserProvidedName(FieldTable properties) =>
        properties["connection_name"] is { Type: FieldType.LongString } name ? [new("user_provided_name", name)] : [];
}
