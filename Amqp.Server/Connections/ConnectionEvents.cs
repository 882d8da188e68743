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
        {
            var login = new Login(peer, user, mechanism);
            events.Raise("user.authentication.success", 0, () => login.Facts);
        }
    }

    public static void LoginRefused(this BrokerEvents events, ConnectionPeer peer, string user, string mechanism, string reason)
    {
        if (!events.IsWanted)
            return;
        string error = reason.StartsWith("user '", StringComparison.Ordinal) ? reason : $"user '{user}' - {reason}";
        events.Raise("user.authentication.failure", [Characters("error", error), .. new Login(peer, user, mechanism).Facts]);
    }

    public static void ConnectionCreated(this BrokerEvents events, OpenedConnection connection, ConnectionPeer peer)
    {
        if (events.IsWanted)
        {
            var (origin, user, virtualHost) = (connection.Origin, connection.User.Name, connection.VirtualHost.Name);
            var (channels, frames, heartbeat) = (connection.ChannelMax, connection.FrameMax, connection.Heartbeat);
            var (pid, isTls, issuer, subject) = (connection.Client.Pid, peer.IsTls, peer.Certificate?.Issuer, peer.Certificate?.Subject);
            events.Raise("connection.created", origin.ClientProperties.Length, () =>
            {
                var properties = FieldTableCodec.Read(origin.ClientProperties);
                return
                [
                    PerformedBy(user), Fact("node", Node.Name), Fact("connected_at", origin.ConnectedAt),
                    Arguments("client_properties", properties), Fact("channel_max", channels),
                    Fact("frame_max", frames == int.MaxValue ? 0 : frames),
                    Fact("timeout", heartbeat), Fact("vhost", virtualHost), Fact("user", user),
                    Fact("protocol", Protocol),
                    Fact("ssl_hash", ""), Fact("ssl_cipher", ""), Fact("ssl_key_exchange", ""), Fact("ssl_protocol", ""),
                    Fact("auth_mechanism", origin.Mechanism),
                    Fact("peer_cert_validity", ""), Fact("peer_cert_issuer", issuer ?? ""), Fact("peer_cert_subject", subject ?? ""),
                    Fact("ssl", isTls),
                    Address("peer_host", origin.PeerHost),
                    Address("host", origin.Host),
                    Fact("peer_port", origin.PeerPort),
                    Fact("port", origin.Port),
                    Fact("name", origin.ConnectionName),
                    Fact("pid", pid),
                    Fact("type", "network"),
                    .. UserProvidedName(properties),
                ];
            });
        }
    }

    public static void ConnectionClosed(this BrokerEvents events, OpenedConnection connection)
    {
        if (events.IsWanted)
        {
            var (origin, pid) = (connection.Origin, connection.Client.Pid);
            events.Raise("connection.closed", origin.ClientProperties.Length, () =>
            {
                var properties = FieldTableCodec.Read(origin.ClientProperties);
                return
                [
                    Arguments("client_properties", properties), Fact("node", Node.Name), Fact("pid", pid),
                    Fact("name", origin.ConnectionName), .. UserProvidedName(properties),
                ];
            });
        }
    }

    private static KeyValuePair<string, FieldValue>[] UserProvidedName(FieldTable properties) =>
        properties["connection_name"] is { Type: FieldType.LongString } name ? [new("user_provided_name", name)] : [];

    /// <summary>The facts of a login. Keeps no certificate alive.</summary>
    private sealed class Login(ConnectionPeer peer, string user, string mechanism)
    {
        private readonly bool _isTls = peer.IsTls;
        private readonly string _name = peer.Name, _host = peer.Local.Host, _peerHost = peer.Remote.Host;
        private readonly int _peerPort = peer.Remote.Port;

        public KeyValuePair<string, FieldValue>[] Facts =>
        [
            Fact("ssl", _isTls), Fact("auth_mechanism", mechanism), Fact("protocol", Protocol), Fact("peer_port", _peerPort),
            Address("peer_host", _peerHost), Fact("connection_name", _name), Address("host", _host), Fact("name", user),
            Fact("connection_type", "network"),
        ];
    }
}
