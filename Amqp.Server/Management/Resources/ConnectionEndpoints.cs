using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.Values;
using Amqp.Server.Connections;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Lists;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary>The resources of the HTTP API under <c>/api/connections</c>.</summary>
internal static class ConnectionEndpoints
{
    public static ManagementApi MapConnections(this ManagementApi api) => api
        .Get("/connections", Access.Management, request => SnapshotReply.Or(
            request, ListKinds.Connections, () => List(request, Visible(request))))
        .Get("/vhosts/{vhost}/connections", Access.VirtualHostView, request =>
        {
            var host = request.VirtualHost;
            return List(request, Visible(request).Where(connection => connection.Client.VirtualHost == host));
        })
        .Get("/connections/username/{user}", Access.Management, request => List(request, OfUser(request)))
        .Delete("/connections/username/{user}", Access.Management, request =>
        {
            DemandMayClose(request, request.Name("user"));
            foreach (var connection in OfUser(request).ToList())
                Close(request, connection);
            return ApiReply.NoContent;
        })
        .Get("/connections/{name}", Access.Management, request =>
        {
            var connection = Demand(request);
            var query = new SampleQuery(request);
            return ApiReply.Json(json => Write(json, connection, query));
        })
        .Delete("/connections/{name}", Access.Management, request =>
        {
            var connection = Demand(request);
            DemandMayClose(request, connection.Client.User.Name);
            Close(request, connection);
            return ApiReply.NoContent;
        })
        .Get("/connections/{name}/channels", Access.Management, request =>
            ChannelEndpoints.List(request, Demand(request).Connection.Sessions));

    /// <summary>Returns the open connections. A user without the tag monitoring gets only the user's own connections.</summary>
    public static IEnumerable<(AmqpConnection Connection, BrokerClient Client)> Visible(ApiRequest request) =>
        Open(request).Where(entry => MaySee(request, entry.Client)).OrderBy(entry => entry.Client.Origin.ConnectedAt);

    /// <summary>Returns the open connections of all users.</summary>
    public static IEnumerable<(AmqpConnection Connection, BrokerClient Client)> Open(ApiRequest request) => request.Services.Connections.All
        .Where(connection => connection.Client is not null)
        .Select(connection => (connection, connection.Client!));

    /// <exception cref="ApiException">
    /// 401: the connection belongs to another user, and the caller does not have the tag monitoring.
    /// </exception>
    public static void DemandMaySee(ApiRequest request, BrokerClient client)
    {
        if (!MaySee(request, client))
            throw NotTheirs();
    }

    private static ListReply<(AmqpConnection Connection, BrokerClient Client)> List(
        ApiRequest request, IEnumerable<(AmqpConnection Connection, BrokerClient Client)> connections)
    {
        var query = new SampleQuery(request);
        return new(
            connections,
            entry => entry.Connection.Peer.Name,
            (json, entry) => Write(json, entry, query),
            field => SortFields.OfConnection(field, query) is { } read ? entry => read(entry.Connection) : null);
    }

    private static IEnumerable<(AmqpConnection Connection, BrokerClient Client)> OfUser(ApiRequest request)
    {
        string name = request.Name("user");
        return Visible(request).Where(entry => entry.Client.User.Name == name);
    }

    private static (AmqpConnection Connection, BrokerClient Client) Demand(ApiRequest request)
    {
        string name = request.Name("name");
        foreach (var entry in Open(request))
        {
            if (entry.Connection.Peer.Name != name)
                continue;
            DemandMaySee(request, entry.Client);
            return entry;
        }
        throw ApiException.NotFound();
    }

    private static bool MaySee(ApiRequest request, BrokerClient client) =>
        request.User.IsMonitoring || client.User.Name == request.User.Name;

    /// <summary>Throws unless the user may close a connection. Closing another user's connection requires the tag administrator.</summary>
    private static void DemandMayClose(ApiRequest request, string user)
    {
        if (!request.User.IsAdministrator && user != request.User.Name)
            throw NotTheirs();
    }

    private static ApiException NotTheirs() => ApiException.NotAuthorized("User not authorised to access object");

    private static void Close(ApiRequest request, (AmqpConnection Connection, BrokerClient Client) connection)
    {
        string reason = request.Http.Request.Headers["X-Reason"] is [{ Length: > 0 } given] ? given : "Closed via management plugin";
        request.Services.Logger.ConnectionClosedFor(connection.Connection.Peer.Name, request.User.Name, reason);
        connection.Connection.Close(new AmqpException(ReplyCode.ConnectionForced, reason));
    }

    private static void WriteTraffic(Utf8JsonWriter json, AmqpConnection connection, SampleQuery query)
    {
        var counts = connection.Traffic;
        SampledCounts.Of(counts, query).Write(json, StatisticRows.Traffic, 0, query.DataRates);
        json.WriteNumber("recv_cnt", counts.Receives);
        json.WriteNumber("send_cnt", counts.Sends);
        json.WriteNumber("send_pend", connection.PendingOutput);
    }

    private static void Write(Utf8JsonWriter json, (AmqpConnection Connection, BrokerClient Client) entry, SampleQuery query)
    {
        var (connection, client) = entry;
        var origin = client.Origin;
        var properties = FieldTableCodec.Read(origin.ClientProperties);
        json.WriteStartObject();
        json.WriteString("auth_mechanism", origin.Mechanism);
        json.WriteNumber("channel_max", connection.ChannelMax);
        json.WriteNumber("channels", connection.Load.Channels);
        json.WriteTable("client_properties", properties);
        json.WriteNumber("connected_at", origin.ConnectedAt);
        json.WriteNumber("frame_max", connection.FrameMax == int.MaxValue ? 0 : connection.FrameMax);
        json.WriteString("host", origin.Host);
        json.WriteString("name", origin.ConnectionName);
        json.WriteString("node", ManagementServices.NodeName);
        json.WriteString("peer_cert_issuer", connection.Peer.Certificate?.Issuer);
        json.WriteString("peer_cert_subject", connection.Peer.Certificate?.Subject);
        json.WriteNull("peer_cert_validity");
        json.WriteString("peer_host", origin.PeerHost);
        json.WriteNumber("peer_port", origin.PeerPort);
        json.WriteNumber("port", origin.Port);
        json.WriteString("protocol", "AMQP 0-9-1");
        if (!query.IsDisabled)
            WriteTraffic(json, connection, query);
        json.WriteBoolean("ssl", connection.Peer.IsTls);
        json.WriteNull("ssl_cipher");
        json.WriteNull("ssl_hash");
        json.WriteNull("ssl_key_exchange");
        json.WriteNull("ssl_protocol");
        json.WriteString("state", connection.State);
        json.WriteNumber("timeout", connection.Heartbeat);
        json.WriteString("type", "network");
        json.WriteString("user", client.User.Name);
        if (properties["connection_name"] is { Type: FieldType.LongString } name)
            json.WriteString("user_provided_name", name.AsString());
        json.WriteString("user_who_performed_action", client.User.Name);
        json.WriteString("vhost", client.VirtualHost.Name);
        json.WriteEndObject();
    }
}
