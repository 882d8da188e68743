using System.Text.Json;
using Amqp.Server.Broker;
using Amqp.Server.Channels;
using Amqp.Server.Connections;

namespace Amqp.Server.Management;

/// <summary><c>/api/consumers</c>.</summary>
internal static class ConsumerEndpoints
{
    public static ManagementApi MapConsumers(this ManagementApi api) => api
        .Get("/consumers", Access.Management, request => List(All(request.Services.Connections).Where(consumer => request.User.CanSee(consumer.Queue.VirtualHost))))
        .Get("/consumers/{vhost}", Access.Management, request =>
        {
            var host = request.VirtualHost;
            return List(All(request.Services.Connections).Where(consumer => consumer.Queue.VirtualHost == host && request.User.CanSee(host)));
        });

    /// <summary>The consumers of all connections.</summary>
    public static IEnumerable<ChannelConsumer> All(ConnectionRegistry connections) =>
        connections.All.SelectMany(connection => connection.Channels).SelectMany(channel => channel.Consumers());

    public static void Write(Utf8JsonWriter json, ChannelConsumer consumer)
    {
        var session = consumer.Channel.Session;
        json.WriteStartObject();
        json.WriteTable("arguments", consumer.Arguments);
        json.WriteBoolean("ack_required", !consumer.NoAck);
        bool isSingle = consumer.Queue.Settings.SingleActiveConsumer;
        bool isActive = !isSingle || ReferenceEquals(consumer.Queue.SpecialConsumers.Active, consumer);
        json.WriteBoolean("active", isActive);
        json.WriteString("activity_status", !isSingle ? "up" : isActive ? "single_active" : "waiting");
        json.WriteStartObject("channel_details");
        json.WriteString("connection_name", session.Origin.ConnectionName);
        json.WriteString("name", consumer.Channel.Name);
        json.WriteString("node", ManagementServices.NodeName);
        json.WriteNumber("number", consumer.Channel.Number);
        json.WriteString("peer_host", session.Origin.PeerHost);
        json.WriteNumber("peer_port", session.Origin.PeerPort);
        json.WriteString("user", session.User.Name);
        json.WriteEndObject();
        json.WriteString("consumer_tag", consumer.Tag);
        json.WriteBoolean("exclusive", consumer.Subscription?.IsExclusive ?? false);
        json.WriteNumber("prefetch_count", consumer.Prefetch);
        json.WriteStartObject("queue");
        json.WriteString("name", consumer.Queue.Name);
        json.WriteString("vhost", consumer.Queue.VirtualHost.Name);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static ListReply<ChannelConsumer> List(IEnumerable<ChannelConsumer> consumers) => new(consumers, consumer => consumer.Tag, Write);
}
