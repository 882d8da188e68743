using System.Text.Json;
using Amqp.Server.Broker.Tracing;

namespace Amqp.Server.Management.Views;

/// <summary>Writes a trace of messages as JSON. Times are in milliseconds since 1970-01-01 UTC.</summary>
internal static class TraceView
{
    /// <summary>Writes a trace without its hops.</summary>
    public static void Write(Utf8JsonWriter json, MessageTrace trace) => Write(json, trace, null);

    /// <param name="json">The writer.</param>
    /// <param name="trace">The trace.</param>
    /// <param name="hops">The hops to write; null for none.</param>
    public static void Write(Utf8JsonWriter json, MessageTrace trace, IReadOnlyList<TraceHop>? hops)
    {
        var plan = trace.Plan;
        json.WriteStartObject();
        json.WriteNumber("id", trace.Id);
        json.WriteString("state", trace.EndedAt is null ? "running" : "ended");
        json.WriteString("vhost", plan.VirtualHost);
        json.WriteString("queue", plan.Queue);
        json.WriteString("exchange", plan.Exchange);
        json.WriteString("message_id", plan.MessageId);
        if (plan.Header is { } header)
        {
            json.WriteStartObject("header");
            json.WriteString(header.Name, header.Value);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("header");
        }
        json.WriteString("user", plan.User);
        json.WriteNumber("seconds", plan.Seconds);
        json.WriteNumber("hops_max", plan.Hops);
        json.WriteNumber("hops_count", trace.HopCount);
        json.WriteNumber("started_at", trace.StartedAt);
        WriteNumber(json, "ended_at", trace.EndedAt);
        if (hops is not null)
        {
            json.WriteStartArray("hops");
            foreach (var hop in hops)
                Write(json, hop);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TraceHop hop)
    {
        json.WriteStartObject();
        json.WriteNumber("seq", hop.Seq);
        json.WriteNumber("time", hop.Time);
        json.WriteString("kind", hop.Kind);
        json.WriteNumber("message", hop.Message);
        json.WriteString("exchange", hop.Exchange);
        json.WriteString("routing_key", hop.RoutingKey);
        json.WriteString("queue", hop.Queue);
        json.WriteString("consumer", hop.Consumer);
        json.WriteString("user", hop.User);
        json.WriteString("channel", hop.Channel);
        json.WriteString("message_id", hop.MessageId);
        WriteNumber(json, "size", hop.Size);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } known)
            json.WriteNumber(name, known);
        else
            json.WriteNull(name);
    }
}
