using System.Text.Json;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Management.Views;

/// <summary>Writes a value of a queue as JSON, with its source and with the values that do not apply.</summary>
internal static class EffectiveArgumentView
{
    public static void Write(Utf8JsonWriter json, EffectiveArgument argument)
    {
        json.WriteStartObject();
        json.WriteString("key", argument.Key);
        WriteFields(json, argument.Applied);
        json.WriteStartArray("overridden");
        foreach (var (source, reason) in argument.Overridden)
        {
            json.WriteStartObject();
            WriteFields(json, source);
            json.WriteString("reason", reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter json, ArgumentSource source)
    {
        json.WritePropertyName("value");
        JsonFields.Write(json, source.Value);
        json.WriteString("source", source.Name);
        json.WriteString("policy", source.Policy?.Name);
    }
}
