using System.Text.Json;
using Amqp.Protocol;

namespace Amqp.Server.Broker;

/// <summary>Field tables as JSON, and back.</summary>
internal static class JsonFields
{
    /// <summary>JSON's null becomes AMQP's void, its numbers become 64-bit integers or doubles.</summary>
    public static FieldValue Read(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => FieldValue.FromString(value.GetString()!),
        JsonValueKind.True or JsonValueKind.False => FieldValue.FromBoolean(value.GetBoolean()),
        JsonValueKind.Number => value.TryGetInt64(out long number) ? FieldValue.FromInt64(number) : FieldValue.FromDouble(value.GetDouble()),
        JsonValueKind.Array => FieldValue.FromArray([.. value.EnumerateArray().Select(Read)]),
        JsonValueKind.Object => FieldValue.FromTable(ReadTable(value)),
        _ => FieldValue.Void,
    };

    public static FieldTable ReadTable(JsonElement table) => new(table.EnumerateObject().Select(field => KeyValuePair.Create(field.Name, Read(field.Value))));

    /// <summary>A value as an error text shows it: strings without their quotes.</summary>
    public static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    public static void Write(Utf8JsonWriter json, FieldValue value)
    {
        foreach (var step in FieldWalk.Through(value))
        {
            if (step.Name is { } name)
                json.WritePropertyName(name);
            switch (step.Value.Type, step.IsEnd)
            {
                case (FieldType.Table, false):
                    json.WriteStartObject();
                    break;
                case (FieldType.Table, true):
                    json.WriteEndObject();
                    break;
                case (FieldType.Array, false):
                    json.WriteStartArray();
                    break;
                case (FieldType.Array, true):
                    json.WriteEndArray();
                    break;
                default:
                    WriteLeaf(json, step.Value);
                    break;
            }
        }
    }

    public static void Write(Utf8JsonWriter json, FieldTable table) => Write(json, FieldValue.FromTable(table));

    private static void WriteLeaf(Utf8JsonWriter json, FieldValue value)
    {
        switch (value.Type)
        {
            case FieldType.Boolean:
                json.WriteBooleanValue(value.AsBoolean());
                break;
            case FieldType.Single or FieldType.Double when double.IsFinite(value.AsDouble()):
                json.WriteNumberValue(value.AsDouble());
                break;
            case FieldType.Timestamp:
                json.WriteNumberValue(value.AsTimestamp());
                break;
            case FieldType.Void:
                json.WriteNullValue();
                break;
            default:
                if (value.IsInteger)
                    json.WriteNumberValue(value.AsInteger());
                else
                    json.WriteStringValue(value.ToString());
                break;
        }
    }

    public static void WriteTable(this Utf8JsonWriter json, string name, FieldTable table)
    {
        json.WritePropertyName(name);
        Write(json, table);
    }

    public static void WriteStrings(this Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
