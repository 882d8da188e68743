using System.Text.Json;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Lists;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary>The resources of the HTTP API under <c>/api/channels</c>.</summary>
internal static class ChannelEndpoints
{
    public static ManagementApi MapChannels(this ManagementApi api) => api
        .Get("/channels", Access.Management, request => SnapshotReply.Or(
            request, ListKinds.Channels, () => List(request, Visible(request))))
        .Get("/vhosts/{vhost}/channels", Access.VirtualHostView, request =>
        {
            var host = request.VirtualHost;
            return List(request, Visible(request).Where(session => session.Client.VirtualHost == host));
        })
        .Get("/channels/{name}", Access.Management, request =>
        {
            string name = request.Name("name");
            var session = ConnectionEndpoints.Open(request)
                .SelectMany(entry => entry.Connection.Sessions)
                .FirstOrDefault(session => session.Name == name)
                ?? throw ApiException.NotFound();
            ConnectionEndpoints.DemandMaySee(request, session.Client);
            var query = new SampleQuery(request);
            return ApiReply.Json(json => Write(json, session, query, isAlone: true));
        });

    public static ListReply<BrokerSession> List(ApiRequest request, IEnumerable<BrokerSession> sessions)
    {
        var query = new SampleQuery(request);
        return new(
            sessions,
            session => session.Name,
            (json, session) => Write(json, session, query, isAlone: false),
            field => SortFields.OfChannel(field, query));
    }

    /// <summary>
    /// Writes the fields that only the reply for a single channel has. The lists of counts by queue and by exchange are always empty.
    /// </summary>
    private static void WriteParts(Utf8JsonWriter json, BrokerSession session)
    {
        json.WriteStartArray("consumer_details");
        foreach (var consumer in session.Consumers.All)
            ConsumerView.Write(json, consumer);
        json.WriteEndArray();
        json.WriteStartArray("deliveries");
        json.WriteEndArray();
        json.WriteStartArray("publishes");
        json.WriteEndArray();
    }

    private static IEnumerable<BrokerSession> Visible(ApiRequest request) =>
        ConnectionEndpoints.Visible(request).SelectMany(entry => entry.Connection.Sessions);

    public static void Write(Utf8JsonWriter json, BrokerSession session, SampleQuery query, bool isAlone)
    {
        var client = session.Client;
        json.WriteStartObject();
        json.WriteBoolean("confirm", session.Confirms.AreSelected);
        json.WriteStartObject("connection_details");
        json.WriteString("name", client.Origin.ConnectionName);
        json.WriteString("peer_host", client.Origin.PeerHost);
        json.WriteNumber("peer_port", client.Origin.PeerPort);
        json.WriteEndObject();
        json.WriteNumber("consumer_count", session.Consumers.Count);
        json.WriteNumber("global_prefetch_count", session.Deliveries.Prefetch.Limit);
        var held = session.Transactions.Held?.WaitingCounts ?? default;
        json.WriteNumber("acks_uncommitted", held.Acknowledgements);
        json.WriteNumber("messages_uncommitted", held.Publishes);
        json.WriteNumber("messages_unconfirmed", session.Confirms.WaitingCount);
        if (!query.IsDisabled)
        {
            var counts = SampledCounts.Of(session.Counts, query);
            counts.WriteMessageStatistics(json);
            if (session.Counts.Samples is null || counts.ChangedAt is not null)
                json.WriteString("idle_since", SampledCounts.Time(counts.ChangedAt ?? client.Origin.ConnectedAt));
        }
        if (isAlone)
            WriteParts(json, session);
        json.WriteNumber("messages_unacknowledged", session.Deliveries.Count);
        json.WriteString("name", session.Name);
        json.WriteString("node", ManagementServices.NodeName);
        json.WriteNumber("number", session.Number);
        json.WriteNumber("prefetch_count", session.Consumers.Prefetch);
        json.WriteString("state", "running");
        json.WriteBoolean("transactional", session.Transactions.Held is not null);
        json.WriteString("user", client.User.Name);
        json.WriteString("user_who_performed_action", client.User.Name);
        json.WriteString("vhost", client.VirtualHost.Name);
        json.WriteEndObject();
    }
}
