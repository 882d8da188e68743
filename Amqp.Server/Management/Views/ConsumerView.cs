using System.Text.Json;
using Amqp.Server.Broker.Values;
using Amqp.Server.Channels;
using Amqp.Server.Connections;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Views;

/// <summary>A consumer, as RabbitMQ shows it.</summary>
internal static class ConsumerView
{
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
        json.WriteString("vhost", consumer.Queue.VirtualHost);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
