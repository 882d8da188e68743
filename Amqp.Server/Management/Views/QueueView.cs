using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.Values;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Connections;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Views;

/// <summary>A queue as JSON, in RabbitMQ's format.</summary>
internal static class QueueView
{
    public static void Write(Utf8JsonWriter json, Queue queue, VirtualHostPolicies policies, SampleQuery query)
    {
        json.WriteStartObject();
        WriteFields(json, queue, policies, query);
        if (!query.IsDisabled)
            WriteHead(json, queue.Status.HeadTimestamp);
        json.WriteEndObject();
    }

    /// <summary>Writes a single queue, with its consumers.</summary>
    public static void WriteDetails(
        Utf8JsonWriter json, Queue queue, VirtualHostPolicies policies, ConnectionRegistry connections, SampleQuery query)
    {
        json.WriteStartObject();
        WriteFields(json, queue, policies, query);
        ulong? timestamp = null;
        queue.Status.TryPeek(0, (_, payload) => timestamp = QueueStatus.TimestampOf(payload.Payload));
        WriteHead(json, timestamp);
        json.WriteStartArray("consumer_details");
        foreach (var consumer in ConsumerView.All(connections).Where(consumer => ReferenceEquals(consumer.Queue, queue)))
            ConsumerView.Write(json, consumer);
        json.WriteEndArray();
        json.WriteStartArray("incoming");
        json.WriteEndArray();
        json.WriteStartArray("deliveries");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter json, Queue queue, VirtualHostPolicies policies, SampleQuery query)
    {
        json.WriteString("name", queue.Name);
        json.WriteString("vhost", queue.VirtualHost);
        json.WriteString(
            "type", queue.Declaration.Arguments.Table["x-queue-type"] is { Type: FieldType.LongString } type ? type.AsString() : "classic");
        json.WriteBoolean("durable", queue.IsDurable);
        json.WriteBoolean("auto_delete", queue.Declaration.IsAutoDelete);
        json.WriteBoolean("exclusive", queue.Declaration.IsExclusive);
        json.WriteTable("arguments", queue.Declaration.Arguments.Table);
        json.WriteString("node", ManagementServices.NodeName);
        if (queue.Declaration.Arguments.Type.IsReplicated)
        {
            json.WriteString("leader", ManagementServices.NodeName);
            json.WriteStrings("members", [ManagementServices.NodeName]);
            json.WriteStrings("online", [ManagementServices.NodeName]);
        }
        json.WriteString("state", queue.Faults.IsCrashed ? "crashed" : "running");
        if (query.IsDisabled)
        {
            if (query.WantsQueueTotals)
                WriteTotals(json, queue);
            return;
        }
        json.WriteNumber("messages_quarantined", queue.Faults.QuarantinedCount);
        WriteStatistics(json, queue, SampledCounts.Of(queue, query), query);
        WriteName(json, "policy", policies.Match(PolicyKind.User, queue));
        WriteName(json, "operator_policy", policies.Match(PolicyKind.Operator, queue));
        WriteDefinition(json, policies.Effective(queue));
        var (exclusive, active) = queue.Status.SpecialConsumers;
        json.WriteString("exclusive_consumer_tag", (exclusive as SessionConsumer)?.Tag);
        json.WriteString("single_active_consumer_tag", (active as SessionConsumer)?.Tag);
        if (queue.Declaration.Owner is BrokerClient owner)
        {
            json.WriteStartObject("owner_pid_details");
            json.WriteString("name", owner.Origin.ConnectionName);
            json.WriteString("peer_host", owner.Origin.PeerHost);
            json.WriteNumber("peer_port", owner.Origin.PeerPort);
            json.WriteEndObject();
        }
    }

    private static void WriteTotals(Utf8JsonWriter json, Queue queue)
    {
        var (ready, unacknowledged, _) = queue.Counts;
        json.WriteNumber("messages", ready + unacknowledged);
        json.WriteNumber("messages_ready", ready);
        json.WriteNumber("messages_unacknowledged", unacknowledged);
    }

    private static void WriteStatistics(Utf8JsonWriter json, Queue queue, SampledCounts counts, SampleQuery query)
    {
        counts.Write(json, StatisticRows.Depth, StatisticRows.QueueDepth, query.Lengths);
        var (_, _, consumers) = queue.Counts;
        var storage = queue.Status.Storage;
        json.WriteNumber("memory", storage.Memory);
        json.WriteNumber("messages_ram", storage.InMemory);
        json.WriteNumber("messages_ready_ram", storage.Ready);
        json.WriteNumber("messages_unacknowledged_ram", storage.Unacknowledged);
        json.WriteNumber("messages_persistent", storage.Persistent);
        json.WriteNumber("messages_paged_out", storage.PagedOut);
        var (readyBytes, unacknowledgedBytes) = queue.Status.Bytes;
        json.WriteNumber("message_bytes", readyBytes + unacknowledgedBytes);
        json.WriteNumber("message_bytes_ready", readyBytes);
        json.WriteNumber("message_bytes_unacknowledged", unacknowledgedBytes);
        json.WriteNumber("message_bytes_ram", storage.InMemoryBytes);
        json.WriteNumber("message_bytes_persistent", storage.PersistentBytes);
        json.WriteNumber("message_bytes_paged_out", storage.PagedOutBytes);
        json.WriteNumber("consumers", consumers);
        double capacity = consumers == 0 ? 0 : queue.Traffic.ConsumerCapacity ?? (queue.Status.IsServed ? 1 : 0);
        SampledCounts.WriteDouble(json, "consumer_capacity", capacity);
        SampledCounts.WriteDouble(json, "consumer_utilisation", capacity);
        counts.WriteQueueStatistics(json, queue.Messages.Deduplication);
        DeduplicationView.Write(json, "message_deduplication_cache_info", queue.Messages.Deduplication);
        if (queue.Traffic.Samples is null || counts.ChangedAt is not null)
            json.WriteString("idle_since", SampledCounts.Time(counts.ChangedAt ?? queue.Status.CreatedAt));
    }

    private static void WriteHead(Utf8JsonWriter json, ulong? timestamp)
    {
        if (timestamp is { } time)
            json.WriteNumber("head_message_timestamp", time);
        else
            json.WriteNull("head_message_timestamp");
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
