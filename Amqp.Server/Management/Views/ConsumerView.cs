using System.Text.Json;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.Values;
using Amqp.Server.Connections;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Views;

/// <summary>A consumer as JSON, in RabbitMQ's format.</summary>
internal static class ConsumerView
{
    /// <summary>Returns the consumers of all connections.</summary>
    public static IEnumerable<SessionConsumer> All(ConnectionRegistry connections) =>
        connections.All.SelectMany(connection => connection.Sessions).SelectMany(session => session.Consumers.All);

    public static void Write(Utf8JsonWriter json, SessionConsumer consumer)
    {
        var client = consumer.Session.Client;
        json.WriteStartObject();
        json.WriteTable("arguments", consumer.Arguments);
        json.WriteBoolean("ack_required", !consumer.NoAck);
        bool isSingle = consumer.Queue.Settings.SingleActiveConsumer;
        bool isActive = !isSingle || ReferenceEquals(consumer.Queue.Status.SpecialConsumers.Active, consumer);
        json.WriteBoolean("active", isActive);
        json.WriteString("activity_status", !isSingle ? "up" : isActive ? "single_active" : "waiting");
        json.WriteStartObject("channel_details");
        json.WriteString("connection_name", client.Origin.ConnectionName);
        json.WriteString("name", consumer.Session.Name);
        json.WriteString("node", ManagementServices.NodeName);
        json.WriteNumber("number", consumer.Session.Number);
        json.WriteString("peer_host", client.Origin.PeerHost);
        json.WriteNumber("peer_port", client.Origin.PeerPort);
        json.WriteString("user", client.User.Name);
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
