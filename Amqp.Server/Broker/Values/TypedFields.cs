using System.Globalization;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Values;

/// <summary>Converts tables to JSON and back, and keeps the AMQP type of every value.</summary>
/// <remarks>
/// Text, booleans, 64-bit integers, fractions, null, arrays and objects are plain JSON. A value of any other type is an object with one
/// field, whose name contains AMQP's tag of the type: <c>{"amqp:I":7}</c> is a 32-bit integer.
/// </remarks>
internal static class TypedFields
{
    private const string Prefix = "amqp:";

    /// <summary>Writes a table. All names and texts in it must be valid UTF-8, except for values of the type text.</summary>
    public static void Write(Utf8JsonWriter json, FieldTable table)
    {
        foreach (var step in FieldWalk.Through(FieldValue.FromTable(table)))
        {
            if (step.Name is { } name)
                json.WritePropertyName(name);
            switch (step.Value.Type, step.IsEnd)
            {
                case (FieldType.Table, false):
                    json.WriteStartObject();
                    // otherwise an object with one field of this kind would be read as a value with a tag
                    if (step.Value.AsTable() is { Count: > 0 } fields && fields.First().Key.StartsWith(Prefix, StringComparison.Ordinal))
                        json.WriteNull(Prefix);
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

    /// <summary>Reads a table that <see cref="Write"/> has written, or any JSON object.</summary>
    /// <exception cref="ValidationException">A field's name is too long for AMQP, or a tagged value does not fit its type.</exception>
    public static FieldTable Read(JsonElement table) => FieldWalk.Fold<FieldValue>(
        JsonFields.Read(table),
        static leaf => leaf,
        static (container, elements) => container.Type == FieldType.Array
            ? FieldValue.FromArray(elements)
            : ReadObject([.. container.AsTable().Select(field => field.Key)], elements)).AsTable();

    private static FieldValue ReadObject(string[] names, IReadOnlyList<FieldValue> values)
    {
        if (names is [var only] && only.StartsWith(Prefix, StringComparison.Ordinal))
            return ReadTagged(only[Prefix.Length..], values[0]);
        var fields = names.Zip(values, KeyValuePair.Create);
        bool isMarked = names.Length > 1 && names[0] == Prefix;
        return FieldValue.FromTable(new FieldTable(isMarked ? fields.Skip(1) : fields));
    }

    private static void WriteLeaf(Utf8JsonWriter json, FieldValue value)
    {
        switch (value.Type)
        {
            case FieldType.Boolean:
                json.WriteBooleanValue(value.AsBoolean());
                break;
            case FieldType.Int64:
                json.WriteNumberValue(value.AsInteger());
                break;
            case FieldType.Void:
                json.WriteNullValue();
                break;
            case FieldType.LongString when OctetText.IsUtf8(value.AsBytes()):
                json.WriteStringValue(value.AsBytes());
                break;
            case FieldType.Double when IsFraction(value.AsDouble()):
                json.WriteNumberValue(value.AsDouble());
                break;
            default:
                WriteTagged(json, value);
                break;
        }
    }

    private static void WriteTagged(Utf8JsonWriter json, FieldValue value)
    {
        json.WriteStartObject();
        json.WritePropertyName($"{Prefix}{(char)value.Type}");
        if (value.IsInteger)
            json.WriteNumberValue(value.AsInteger());
        else
            json.WriteStringValue(TaggedText(value));
        json.WriteEndObject();
    }

    private static string TaggedText(FieldValue value) => value.Type switch
    {
        FieldType.LongString or FieldType.ByteArray => Convert.ToBase64String(value.AsBytes()),
        FieldType.Timestamp => value.AsTimestamp().ToString(CultureInfo.InvariantCulture),
        FieldType.Single => ((float)value.AsDouble()).ToString("R", CultureInfo.InvariantCulture),
        FieldType.Double => value.AsDouble().ToString("R", CultureInfo.InvariantCulture),
        FieldType.Decimal => string.Create(CultureInfo.InvariantCulture, $"{value.AsDecimal().Scale}:{value.AsDecimal().Unscaled}"),
        _ => throw new InvalidOperationException($"{value.Type} has no tag."),
    };

    /// <summary>Returns true for a number that JSON readers do not take for an integer.</summary>
    private static bool IsFraction(double number) => double.IsFinite(number) && number != Math.Truncate(number);

    /// <exception cref="ValidationException">The tag is unknown, or the value does not fit the type.</exception>
    private static FieldValue ReadTagged(string tag, FieldValue value)
    {
        var invariant = CultureInfo.InvariantCulture;
        string text = value.Type switch
        {
            FieldType.LongString => value.AsString(),
            FieldType.Int64 => value.AsInteger().ToString(invariant),
            FieldType.Double => value.AsDouble().ToString("R", invariant),
            _ => "",
        };
        try
        {
            return tag switch
            {
                "b" => FieldValue.FromInteger(FieldType.SByte, sbyte.Parse(text, invariant)),
                "B" => FieldValue.FromInteger(FieldType.Byte, byte.Parse(text, invariant)),
                "s" => FieldValue.FromInteger(FieldType.Int16, short.Parse(text, invariant)),
                "u" => FieldValue.FromInteger(FieldType.UInt16, ushort.Parse(text, invariant)),
                "I" => FieldValue.FromInteger(FieldType.Int32, int.Parse(text, invariant)),
                "i" => FieldValue.FromInteger(FieldType.UInt32, uint.Parse(text, invariant)),
                "l" => FieldValue.FromInteger(FieldType.Int64, long.Parse(text, invariant)),
                "L" => FieldValue.FromInteger(FieldType.Int64Alias, long.Parse(text, invariant)),
                "f" => FieldValue.FromSingle(float.Parse(text, invariant)),
                "d" => FieldValue.FromDouble(double.Parse(text, invariant)),
                "D" => ReadDecimal(text.Split(':')),
                "S" => FieldValue.FromString(Convert.FromBase64String(text)),
                "x" => FieldValue.FromBytes(Convert.FromBase64String(text)),
                "T" => FieldValue.FromTimestamp(ulong.Parse(text, invariant)),
                _ => throw new ValidationException($"{Prefix}{tag} is not a type of AMQP"),
            };
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            throw new ValidationException($"'{text}' is no value of the type {Prefix}{tag}");
        }
    }

    private static FieldValue ReadDecimal(string[] parts) => parts is [var scale, var unscaled]
        ? FieldValue.FromDecimal(
            byte.Parse(scale, CultureInfo.InvariantCulture), uint.Parse(unscaled, CultureInfo.InvariantCulture))
        : throw new FormatException();
}
