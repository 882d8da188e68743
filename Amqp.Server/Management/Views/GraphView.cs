using System.Text.Json;
using Amqp.Server.Broker.Graphs;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Management.Views;

/// <summary>Exchanges and queues as a graph, as JSON.</summary>
internal static class GraphView
{
    public static void Write(Utf8JsonWriter json, TopologyGraph graph)
    {
        json.WriteStartObject();
        json.WriteStartArray("nodes");
        foreach (var node in graph.Nodes)
            Write(json, node);
        json.WriteEndArray();
        json.WriteStartArray("edges");
        foreach (var edge in graph.Edges)
            Write(json, edge);
        json.WriteEndArray();
        json.WriteNumber("hidden", graph.Hidden);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, GraphNode node)
    {
        json.WriteStartObject();
        json.WriteString("id", node.Id);
        json.WriteString("kind", node.Kind);
        json.WriteString("name", node.Name);
        json.WriteString("type", node.Type);
        if (node.Ready is { } ready)
            json.WriteNumber("messages_ready", ready);
        else
            json.WriteNull("messages_ready");
        SampledCounts.WriteDouble(json, "in_rate", node.InRate);
        json.WriteNumber("count", node.Count);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, GraphEdge edge)
    {
        json.WriteStartObject();
        json.WriteString("from", edge.From);
        json.WriteString("to", edge.To);
        json.WriteString("kind", edge.Kind);
        json.WriteStrings("keys", edge.Keys);
        json.WriteNumber("count", edge.Count);
        json.WriteEndObject();
    }
}
