using System.Globalization;
using System.Text.Json;
using Amqp.Server.Broker.Names;
using Amqp.Server.Shovels;

namespace Amqp.Server.Management.Views;

/// <summary>The JSON of a shovel, with RabbitMQ's fields.</summary>
internal static class ShovelView
{
    public static void Write(Utf8JsonWriter json, Shovel shovel)
    {
        var (definition, status) = (shovel.Definition, shovel.Status);
        json.WriteStartObject();
        json.WriteString("node", Node.Name);
        // RabbitMQ writes the hour without a leading zero.
        json.WriteString("timestamp", status.Since.UtcDateTime.ToString("yyyy-MM-dd H:mm:ss", CultureInfo.InvariantCulture));
        json.WriteString("name", definition.Name);
        if (!definition.IsStatic)
            json.WriteString("vhost", definition.VirtualHost);
        json.WriteString("type", definition.IsStatic ? "static" : "dynamic");
        json.WriteString("state", status.State.ToString().ToLowerInvariant());
        if (status.State == ShovelState.Terminated)
            json.WriteString("reason", status.Reason);
        if (status is { Source: { } source, Destination: { } destination })
        {
            json.WriteString("blocked_status", shovel.IsBlocked ? "blocked" : "running");
            json.WriteString("src_uri", source.ToString());
            json.WriteString("src_protocol", "amqp091");
            json.WriteString("dest_protocol", "amqp091");
            json.WriteString("dest_uri", destination.ToString());
            WriteSet(json, "src_exchange", definition.SourceExchange);
            WriteSet(json, "src_exchange_key", definition.SourceExchange is null ? null : definition.SourceKey);
            WriteSet(json, "src_queue", definition.SourceQueue);
            WriteSet(json, "dest_exchange", definition.DestinationExchange);
            WriteSet(json, "dest_exchange_key", definition.DestinationKey);
            WriteSet(json, "dest_queue", definition.DestinationQueue);
        }
        json.WriteEndObject();
    }

    private static void WriteSet(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }
}
