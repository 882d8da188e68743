using System.Text.Json;
using Amqp.Server.Broker.Exchanges.Explanations;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Management.Views;

/// <summary>The way of a message through exchanges, as JSON.</summary>
internal static class RouteView
{
    public static void Write(Utf8JsonWriter json, RouteExplanation route)
    {
        json.WriteStartObject();
        json.WriteStartArray("queues");
        foreach (var queue in route.Queues)
            json.WriteStringValue(queue.Name);
        json.WriteEndArray();
        json.WriteStartArray("paths");
        foreach (var path in route.Paths)
            Write(json, path);
        json.WriteEndArray();
        json.WriteStartArray("exchanges");
        foreach (var exchange in route.Exchanges)
            Write(json, exchange);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ExplainedPath path)
    {
        json.WriteStartObject();
        json.WriteString("queue", path.Queue.Name);
        json.WriteStartArray("steps");
        foreach (var step in path.Steps)
        {
            json.WriteStartObject();
            json.WriteString("kind", step.Kind);
            json.WriteString("source", step.From.Name);
            json.WriteString("destination", step.To.Name);
            json.WriteString("destination_type", step.To is Exchange ? "exchange" : "queue");
            json.WriteString("routing_key", step.Binding?.RoutingKey);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ExplainedExchange explained)
    {
        json.WriteStartObject();
        json.WriteString("name", explained.Exchange.Name);
        json.WriteString("type", explained.Exchange.Type);
        json.WriteStartArray("notes");
        foreach (string note in explained.Notes)
            json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteStartArray("bindings");
        foreach (var (binding, isMatch, reason) in explained.Bindings)
        {
            json.WriteStartObject();
            json.WriteString("destination", binding.Destination.Name);
            json.WriteString("destination_type", binding.Destination is Exchange ? "exchange" : "queue");
            json.WriteString("routing_key", binding.RoutingKey);
            json.WriteTable("arguments", binding.Arguments);
            json.WriteBoolean("matches", isMatch);
            json.WriteString("reason", reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
