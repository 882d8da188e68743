using System.Text.Json;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Values;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Management.Views;

/// <summary>Writes the effect that a policy would have as JSON. The first objects are those that would change.</summary>
internal static class PolicyPreviewView
{
    private const int MaxObjects = 100;

    public static void Write(Utf8JsonWriter json, PolicyPreview preview)
    {
        json.WriteStartObject();
        json.WriteNumber("matched", preview.Matched);
        json.WriteNumber("changed", preview.Changed);
        json.WriteStartArray("objects");
        foreach (var effect in preview.Objects
            .OrderByDescending(effect => effect.IsChange)
            .ThenByDescending(effect => effect.Type, StringComparer.Ordinal)
            .ThenBy(effect => effect.Target.Name, StringComparer.Ordinal)
            .Take(MaxObjects))
        {
            json.WriteStartObject();
            json.WriteString("type", effect.Type);
            json.WriteString("name", effect.Target.Name);
            Write(json, "before", effect.Before);
            Write(json, "after", effect.After);
            json.WriteString("overruled_by", effect.OverruledBy?.Name);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, EffectivePolicy policy)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in policy.Definition.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            json.WritePropertyName(key);
            JsonFields.Write(json, value);
        }
        json.WriteEndObject();
    }
}
