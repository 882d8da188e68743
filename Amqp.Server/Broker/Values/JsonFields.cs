using System.Text;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Values;

/// <summary>Converts field tables to JSON and back.</summary>
internal static class JsonFields
{
    /// <summary>Converts a JSON value: null becomes void, and a number becomes a 64-bit integer or a double.</summary>
    /// <exception cref="ValidationException">A field's name, at any depth, is too long for AMQP.</exception>
    /// <remarks>Does not recurse: deep nesting must not overflow the stack.</remarks>
    public static FieldValue Read(JsonElement value)
    {
        if (!IsContainer(value))
            return ReadLeaf(value);
        var open = new Stack<OpenContainer>();
        open.Push(new OpenContainer(value));
        while (true)
        {
            var innermost = open.Peek();
            if (innermost.TryNext(out var item))
            {
                if (IsContainer(item))
                    open.Push(new OpenContainer(item));
                else
                    innermost.Add(ReadLeaf(item));
                continue;
            }
            var whole = open.Pop().Value;
            if (open.Count == 0)
                return whole;
            open.Peek().Add(whole);
        }
    }

    private static bool IsContainer(JsonElement value) => value.ValueKind is JsonValueKind.Array or JsonValueKind.Object;

    private static FieldValue ReadLeaf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => FieldValue.FromString(value.GetString()!),
        JsonValueKind.True or JsonValueKind.False => FieldValue.FromBoolean(value.GetBoolean()),
        JsonValueKind.Number =>
            value.TryGetInt64(out long number) ? FieldValue.FromInt64(number) : FieldValue.FromDouble(value.GetDouble()),
        _ => FieldValue.Void,
    };

    /// <exception cref="ValidationException">A field's name, at any depth, is too long for AMQP.</exception>
    public static FieldTable ReadTable(JsonElement table) => Read(table).AsTable();

    /// <summary>Returns a JSON value as text for error texts: a string without quotes, any other value as JSON.</summary>
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

    /// <summary>An array or object that is partly read.</summary>
    private sealed class OpenContainer(JsonElement container)
    {
        private readonly bool _isObject = container.ValueKind == JsonValueKind.Object;
        private readonly List<KeyValuePair<string, FieldValue>> _fields = [];
        private readonly List<FieldValue> _items = [];
        private JsonElement.ObjectEnumerator _nextField = container.ValueKind == JsonValueKind.Object
            ? container.EnumerateObject()
            : default;
        private JsonElement.ArrayEnumerator _nextItem = container.ValueKind == JsonValueKind.Array ? container.EnumerateArray() : default;

        /// <summary>The converted array or object, once all its items were added.</summary>
        public FieldValue Value => _isObject ? FieldValue.FromTable(new FieldTable(_fields)) : FieldValue.FromArray([.. _items]);

        public bool TryNext(out JsonElement item)
        {
            bool isThere = _isObject ? _nextField.MoveNext() : _nextItem.MoveNext();
            item = !isThere ? default : _isObject ? _nextField.Current.Value : _nextItem.Current;
            return isThere;
        }

        /// <summary>Adds the converted value of the item that <see cref="TryNext"/> returned last.</summary>
        public void Add(FieldValue value)
        {
            if (_isObject)
                _fields.Add(KeyValuePair.Create(DemandShort(_nextField.Current.Name), value));
            else
                _items.Add(value);
        }

        private static string DemandShort(string name) => ShortString.Fits(name)
            ? name
            : throw new ValidationException(
                $"name of a field should be less than 255 bytes, actually was {Encoding.UTF8.GetByteCount(name)}");
    }
}
