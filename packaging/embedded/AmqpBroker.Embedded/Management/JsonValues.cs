using System.Text.Json;

namespace AmqpBroker.Embedded.Management;

/// <summary>Writes and reads arguments, headers and properties in JSON.</summary>
internal static class JsonValues
{
    /// <summary>Writes a value of an argument or property.</summary>
    /// <exception cref="ArgumentException">The type of the value is not supported.</exception>
    public static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case byte or sbyte or short or ushort or int or uint or long:
                json.WriteNumberValue(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            case float or double:
                json.WriteNumberValue(Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            case IEnumerable<KeyValuePair<string, object?>> table:
                WriteTable(json, table);
                break;
            case System.Collections.IEnumerable list:
                json.WriteStartArray();
                foreach (object? item in list)
                    Write(json, item);
                json.WriteEndArray();
                break;
            default:
                throw new ArgumentException(
                    $"A value of type {value.GetType()} cannot be an argument or a property. "
                        + "Use a text, number, bool, list or dictionary.");
        }
    }

    /// <summary>Writes a table as a JSON object. Null becomes an empty object.</summary>
    public static void WriteTable(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, object?>>? table)
    {
        json.WriteStartObject();
        foreach (KeyValuePair<string, object?> entry in table ?? [])
        {
            json.WritePropertyName(entry.Key);
            Write(json, entry.Value);
        }
        json.WriteEndObject();
    }

    /// <summary>Reads a value.</summary>
    public static object? Read(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetInt64(out long number) ? number : value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Array => value.EnumerateArray().Select(Read).ToList(),
        JsonValueKind.Object => ReadTable(value),
        _ => null,
    };

    /// <summary>Reads an object. An empty array is read as an empty object: RabbitMQ's HTTP API writes <c>[]</c> for it.</summary>
    public static IReadOnlyDictionary<string, object?> ReadTable(JsonElement value)
    {
        var table = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in value.EnumerateObject())
                table[property.Name] = Read(property.Value);
        }
        return table;
    }
}
