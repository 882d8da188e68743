using System.Globalization;
using System.Text.Json;
using Amqp.Server.Broker.Names;
using Amqp.Server.Federation;

namespace Amqp.Server.Management.Views;

/// <summary>The JSON of a federation link, with RabbitMQ's fields.</summary>
internal static class FederationView
{
    /// <summary>Writes the fields of a link into an object.</summary>
    public static void Write(Utf8JsonWriter json, LinkPlan plan, LinkStatus status)
    {
        string kind = plan.Kind == LinkKind.Exchange ? "exchange" : "queue";
        json.WriteString("node", Node.Name);
        json.WriteString(kind, plan.Name);
        json.WriteString($"upstream_{kind}", plan.UpstreamName);
        if (plan.Kind == LinkKind.Queue)
            json.WriteString("consumer_tag", plan.Upstream.ConsumerTag);
        json.WriteString("type", kind);
        json.WriteString("vhost", plan.VirtualHost);
        json.WriteString("upstream", plan.Upstream.Name);
        json.WriteString("id", plan.Id);
        json.WriteString("status", status.State.ToString().ToLowerInvariant());
        if (status.LocalConnection is { } connection)
            json.WriteString("local_connection", connection);
        if (status.IsDown)
            json.WriteString("error", status.Error);
        json.WriteString("uri", status.Uri.ToString());
        // RabbitMQ writes the hour without a leading zero.
        json.WriteString("timestamp", status.Since.UtcDateTime.ToString("yyyy-MM-dd H:mm:ss", CultureInfo.InvariantCulture));
    }
}
