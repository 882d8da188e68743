using System.Text.Json;
using Amqp.Server.Channels;

namespace Amqp.Server.Management;

/// <summary><c>/api/channels</c>.</summary>
internal static class ChannelEndpoints
{
    public static ManagementApi MapChannels(this ManagementApi api) => api
        .Get("/channels", Access.Management, request => List(Visible(request)))
        .Get("/vhosts/{vhost}/channels", Access.VirtualHost, request =>
        {
            var host = request.VirtualHost;
            return List(Visible(request).Where(channel => channel.Session.VirtualHost == host));
        })
        .Get("/channels/{name}", Access.Management, request =>
        {
            string name = request.Name("name");
            var channel = Visible(request).FirstOrDefault(channel => channel.Name == name) ?? throw ApiException.NotFound();
            return ApiReply.Json(json => Write(json, channel));
        });

    public static ListReply<AmqpChannel> List(IEnumerable<AmqpChannel> channels) => new(channels, channel => channel.Name, Write);

    private static IEnumerable<AmqpChannel> Visible(ApiRequest request) =>
        ConnectionEndpoints.Visible(request).SelectMany(entry => entry.Connection.Channels);

    private static void Write(Utf8JsonWriter json, AmqpChannel channel)
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
        json.WriteNumber("global_prefetch_count", channel.ChannelPrefetch);
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
