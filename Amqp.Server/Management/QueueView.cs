using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Channels;
using Amqp.Server.Connections;

namespace Amqp.Server.Management;

/// <summary>A queue as RabbitMQ shows it.</summary>
internal static class QueueView
{
    public static void Write(Utf8JsonWriter json, Queue queue)
    {
        json.WriteStartObject();
        WriteFields(json, queue);
        json.WriteEndObject();
    }

    /// <summary>One queue, with its consumers.</summary>
    public static void WriteDetails(Utf8JsonWriter json, Queue queue, ConnectionRegistry connections)
    {
        json.WriteStartObject();
        WriteFields(json, queue);
        json.WriteStartArray("consumer_details");
        foreach (var consumer in ConsumerEndpoints.All(connections).Where(consumer => ReferenceEquals(consumer.Queue, queue)))
            ConsumerEndpoints.Write(json, consumer);
        json.WriteEndArray();
        json.WriteStartArray("incoming");
        json.WriteEndArray();
        json.WriteStartArray("deliveries");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter json, Queue queue)
    {
        var (ready, unacknowledged, consumers) = queue.Counts;
        var policies = queue.VirtualHost.Policies;
        json.WriteString("name", queue.Name);
        json.WriteString("vhost", queue.VirtualHost.Name);
        json.WriteString("type", queue.Arguments.Table["x-queue-type"] is { Type: FieldType.LongString } type ? type.AsString() : "classic");
        json.WriteBoolean("durable", queue.IsDurable);
        json.WriteBoolean("auto_delete", queue.IsAutoDelete);
        json.WriteBoolean("exclusive", queue.IsExclusive);
        json.WriteTable("arguments", queue.Arguments.Table);
        json.WriteString("node", ManagementServices.NodeName);
        if (queue.Arguments.Table["x-queue-type"] is { Type: FieldType.LongString } named && named.AsString() == "quorum")
        {
            json.WriteString("leader", ManagementServices.NodeName);
            json.WriteStrings("members", [ManagementServices.NodeName]);
            json.WriteStrings("online", [ManagementServices.NodeName]);
        }
        json.WriteString("state", "running");
        json.WriteCount("messages", ready + unacknowledged);
        json.WriteCount("messages_ready", ready);
        json.WriteCount("messages_unacknowledged", unacknowledged);
        json.WriteNumber("consumers", consumers);
        WriteName(json, "policy", policies.Match(PolicyKind.User, queue));
        WriteName(json, "operator_policy", policies.Match(PolicyKind.Operator, queue));
        WriteDefinition(json, policies.Effective(queue));
        json.WriteNull("exclusive_consumer_tag");
        json.WriteNull("single_active_consumer_tag");
        if (queue.Owner is Session owner)
        {
            json.WriteStartObject("owner_pid_details");
            json.WriteString("name", owner.Origin.ConnectionName);
            json.WriteString("peer_host", owner.Origin.PeerHost);
            json.WriteNumber("peer_port", owner.Origin.PeerPort);
            json.WriteEndObject();
        }
    }

    private static void WriteName(Utf8JsonWriter json, string field, Policy? policy)
    {
        if (policy is null)
            json.WriteNull(field);
        else
            json.WriteString(field, policy.Name);
    }

    private static void WriteDefinition(Utf8JsonWriter json, EffectivePolicy policy)
    {
        json.WriteStartObject("effective_policy_definition");
        foreach (var (key, value) in policy.Definition.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            json.WritePropertyName(key);
            JsonFields.Write(json, value);
        }
        json.WriteEndObject();
    }
}
