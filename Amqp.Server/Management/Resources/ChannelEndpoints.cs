using System.Text.Json;
using Amqp.Server.Channels;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary><c>/api/channels</c>.</summary>
internal static class ChannelEndpoints
{
    public static ManagementApi MapChannels(this ManagementApi api) => api
        .Get("/channels", Access.Management, request => List(request, Visible(request)))
        .Get("/vhosts/{vhost}/channels", Access.VirtualHostView, request =>
        {
            var host = request.VirtualHost;
            return List(request, Visible(request).Where(channel => channel.Session.VirtualHost == host));
        })
        .Get("/channels/{name}", Access.Management, request =>
        {
            string name = request.Name("name");
            var channel = ConnectionEndpoints.Open(request).SelectMany(entry => entry.Connection.Channels).FirstOrDefault(channel => channel.Name == name) ?? throw ApiException.NotFound();
            ConnectionEndpoints.DemandMaySee(request, channel.Session);
            var query = new SampleQuery(request);
            return ApiReply.Json(json => Write(json, channel, query, isAlone: true));
        });

    public static ListReply<AmqpChannel> List(ApiRequest request, IEnumerable<AmqpChannel> channels)
    {
        var query = new SampleQuery(request);
        return new(channels, channel => channel.Name, (json, channel) => Write(json, channel, query, isAlone: false));
    }

    /// <summary>What only the answer for one channel has. As in RabbitMQ's rates mode <c>basic</c>, nothing is kept of single exchanges and queues.</summary>
    private static void WriteParts(Utf8JsonWriter json, AmqpChannel channel)
    {
        json.WriteStartArray("consumer_details");
        foreach (var consumer in channel.Consumers())
            ConsumerView.Write(json, consumer);
        json.WriteEndArray();
        json.WriteStartArray("deliveries");
        json.WriteEndArray();
        json.WriteStartArray("publishes");
        json.WriteEndArray();
    }

    private static IEnumerable<AmqpChannel> Visible(ApiRequest request) =>
        ConnectionEndpoints.Visible(request).SelectMany(entry => entry.Connection.Channels);

    private static void Write(Utf8JsonWriter json, AmqpChannel channel, SampleQuery query, bool isAlone)
    {
        var session = channel.Session;
        json.WriteStartObject();
        json.WriteBoolean("confirm", channel.Confirms is not null);
        json.WriteStartObject("connection_details");
        json.WriteString("name", session.Origin.ConnectionName);
        json.WriteString("peer_host", session.Origin.PeerHost);
        json.WriteNumber("peer_port", session.Origin.PeerPort);
        json.WriteEndObject();
        json.WriteNumber("consumer_count", channel.Consumers().Length);
        json.WriteNumber("global_prefetch_count", channel.PrefetchLimit);
        var held = channel.Transaction?.WaitingCounts ?? default;
        json.WriteNumber("acks_uncommitted", held.Acknowledgements);
        json.WriteNumber("messages_uncommitted", held.Publishes);
        json.WriteNumber("messages_unconfirmed", channel.CountUnconfirmed());
        if (!query.IsDisabled)
        {
            var counts = SampledCounts.Of(channel.Counts, query);
            counts.WriteMessageStatistics(json);
            if (channel.Counts.Samples is null || counts.ChangedAt is not null)
                json.WriteString("idle_since", SampledCounts.Time(counts.ChangedAt ?? session.Origin.ConnectedAt));
        }
        if (isAlone)
            WriteParts(json, channel);
        json.WriteNumber("messages_unacknowledged", channel.CountUnacknowledged());
        json.WriteString("name", channel.Name);
        json.WriteString("node", ManagementServices.NodeName);
        json.WriteNumber("number", channel.Number);
        json.WriteNumber("prefetch_count", channel.ConsumerPrefetch);
        json.WriteString("state", "running");
        json.WriteBoolean("transactional", channel.Transaction is not null);
        json.WriteString("user", session.User.Name);
        json.WriteString("user_who_performed_action", session.User.Name);
        json.WriteString("vhost", session.VirtualHost.Name);
        json.WriteEndObject();
    }
}
