using System.Text.Json;
using Amqp.Server.Broker.DefinitionFiles;

namespace Amqp.Server.Management.Views;

/// <summary>Writes the effect that an import of definitions would have as JSON.</summary>
internal static class ImportPreviewView
{
    public static void Write(Utf8JsonWriter json, ImportPreview preview)
    {
        json.WriteStartObject();
        json.WriteStartArray("added");
        foreach (var what in preview.Added)
        {
            WriteStart(json, what);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("changed");
        foreach (var (what, comparison) in preview.Changed)
        {
            WriteStart(json, what);
            json.WritePropertyName("before");
            comparison.Before!(json);
            json.WritePropertyName("after");
            comparison.After!(json);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("same", preview.Same);
        json.WriteStartArray("refused");
        foreach (var (what, reason) in preview.Refused)
        {
            WriteStart(json, what);
            json.WriteString("reason", reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteStart(Utf8JsonWriter json, DefinitionName what)
    {
        json.WriteStartObject();
        json.WriteString("type", what.Type);
        json.WriteString("vhost", what.VirtualHost);
        json.WriteString("name", what.Name);
    }
}
