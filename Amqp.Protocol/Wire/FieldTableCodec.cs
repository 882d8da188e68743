using System.Buffers;
using System.Text.Unicode;

namespace Amqp.Protocol;

/// <summary>Field tables to bytes and back, and the checks that keep a hostile one harmless.</summary>
public static class FieldTableCodec
{
    /// <summary>How deep tables and arrays may nest: far past any use, far before the stack's end.</summary>
    public const int MaxDepth = 64;

    /// <summary>Reads the fields of a table, without its leading length.</summary>
    /// <exception cref="AmqpException">502: a field ends too soon, has an unknown type or nests deeper than <see cref="MaxDepth"/>.</exception>
    public static FieldTable Read(ReadOnlySpan<byte> fields) => fields.IsEmpty ? FieldTable.Empty : ReadTable(fields, 0);

    /// <summary>Walks the fields of a table and allocates nothing: throws where <see cref="Read"/> would.</summary>
    public static void Validate(ReadOnlySpan<byte> fields) => ValidateTable(fields, 0);

    /// <summary>Writes a table with its leading length.</summary>
    public static void Write(IBufferWriter<byte> output, FieldTable table)
    {
        var writer = new WireWriter(output);
        if (table.Count == 0)
        {
            writer.WriteUInt32(0);
            return;
        }
        // The length comes first and is known last.
        var scratch = new ArrayBufferWriter<byte>(256);
        var fields = new WireWriter(scratch);
        foreach (var (name, value) in table)
        {
            fields.WriteShortString(name);
            WriteValue(scratch, value);
        }
        writer.WriteLongString(scratch.WrittenSpan);
    }

    private static FieldTable ReadTable(ReadOnlySpan<byte> bytes, int depth)
    {
        var reader = new WireReader(bytes);
        var fields = new List<KeyValuePair<string, FieldValue>>();
        while (!reader.IsAtEnd)
        {
            string name = reader.ReadShortString();
            fields.Add(new(name, ReadValue(ref reader, depth)));
        }
        return new FieldTable(fields);
    }

    private static FieldValue ReadValue(ref WireReader reader, int depth)
    {
        var type = (FieldType)reader.ReadByte();
        return type switch
        {
            FieldType.Boolean => FieldValue.FromBoolean(reader.ReadByte() != 0),
            FieldType.SByte => FieldValue.FromInteger(type, (sbyte)reader.ReadByte()),
            FieldType.Byte => FieldValue.FromInteger(type, reader.ReadByte()),
            FieldType.Int16 => FieldValue.FromInteger(type, (short)reader.ReadUInt16()),
            FieldType.UInt16 => FieldValue.FromInteger(type, reader.ReadUInt16()),
            FieldType.Int32 => FieldValue.FromInteger(type, (int)reader.ReadUInt32()),
            FieldType.UInt32 => FieldValue.FromInteger(type, reader.ReadUInt32()),
            FieldType.Int64 or FieldType.Int64Alias => FieldValue.FromInteger(type, (long)reader.ReadUInt64()),
            FieldType.Single => FieldValue.FromSingleBits(reader.ReadUInt32()),
            FieldType.Double => FieldValue.FromDouble(BitConverter.UInt64BitsToDouble(reader.ReadUInt64())),
            FieldType.Decimal => FieldValue.FromDecimal(reader.ReadByte(), reader.ReadUInt32()),
            FieldType.LongString => FieldValue.FromString(reader.ReadLongString()),
            FieldType.ByteArray => FieldValue.FromBytes(reader.ReadLongString()),
            FieldType.Timestamp => FieldValue.FromTimestamp(reader.ReadUInt64()),
            FieldType.Array => ReadArray(reader.ReadLongString(), Deeper(depth)),
            FieldType.Table => FieldValue.FromTable(ReadTable(reader.ReadLongString(), Deeper(depth))),
            FieldType.Void => FieldValue.Void,
            _ => throw UnknownType(type),
        };
    }

    private static FieldValue ReadArray(ReadOnlySpan<byte> bytes, int depth)
    {
        var reader = new WireReader(bytes);
        var values = new List<FieldValue>();
        while (!reader.IsAtEnd)
            values.Add(ReadValue(ref reader, depth));
        return FieldValue.FromArray(values);
    }

    private static void ValidateTable(ReadOnlySpan<byte> bytes, int depth)
    {
        var reader = new WireReader(bytes);
        while (!reader.IsAtEnd)
        {
            if (!Utf8.IsValid(reader.ReadShortStringBytes()))
                throw WireReader.MalformedUtf8();
            SkipValue(ref reader, depth);
        }
    }

    /// <summary>Reads past one value, its type tag first, and checks what is nested in it.</summary>
    internal static void SkipValue(ref WireReader reader, int depth)
    {
        var type = (FieldType)reader.ReadByte();
        switch (type)
        {
            case FieldType.Void:
                break;
            case FieldType.Boolean or FieldType.SByte or FieldType.Byte:
                _ = reader.Take(1);
                break;
            case FieldType.Int16 or FieldType.UInt16:
                _ = reader.Take(2);
                break;
            case FieldType.Int32 or FieldType.UInt32 or FieldType.Single:
                _ = reader.Take(4);
                break;
            case FieldType.Int64 or FieldType.Int64Alias or FieldType.Double or FieldType.Timestamp:
                _ = reader.Take(8);
                break;
            case FieldType.Decimal:
                _ = reader.Take(5);
                break;
            case FieldType.LongString or FieldType.ByteArray:
                _ = reader.ReadLongString();
                break;
            case FieldType.Table:
                ValidateTable(reader.ReadLongString(), Deeper(depth));
                break;
            case FieldType.Array:
                var values = new WireReader(reader.ReadLongString());
                int inner = Deeper(depth);
                while (!values.IsAtEnd)
                    SkipValue(ref values, inner);
                break;
            default:
                throw UnknownType(type);
        }
    }

    private static void WriteValue(IBufferWriter<byte> output, FieldValue value)
    {
        var writer = new WireWriter(output);
        writer.WriteByte((byte)value.Type);
        switch (value.Type)
        {
            case FieldType.Boolean:
                writer.WriteByte(value.AsBoolean() ? (byte)1 : (byte)0);
                break;
            case FieldType.SByte or FieldType.Byte:
                writer.WriteByte((byte)value.AsInteger());
                break;
            case FieldType.Int16 or FieldType.UInt16:
                writer.WriteUInt16((ushort)value.AsInteger());
                break;
            case FieldType.Int32 or FieldType.UInt32:
                writer.WriteUInt32((uint)value.AsInteger());
                break;
            case FieldType.Int64 or FieldType.Int64Alias:
                writer.WriteUInt64((ulong)value.AsInteger());
                break;
            case FieldType.Single:
                writer.WriteUInt32((uint)value.AsFloatBits());
                break;
            case FieldType.Double:
                writer.WriteUInt64(value.AsFloatBits());
                break;
            case FieldType.Decimal:
                var (scale, unscaled) = value.AsDecimal();
                writer.WriteByte(scale);
                writer.WriteUInt32(unscaled);
                break;
            case FieldType.LongString or FieldType.ByteArray:
                writer.WriteLongString(value.AsBytes());
                break;
            case FieldType.Timestamp:
                writer.WriteUInt64(value.AsTimestamp());
                break;
            case FieldType.Table:
                Write(output, value.AsTable());
                break;
            case FieldType.Array:
                var scratch = new ArrayBufferWriter<byte>(256);
                foreach (var item in value.AsArray())
                    WriteValue(scratch, item);
                writer.WriteLongString(scratch.WrittenSpan);
                break;
            case FieldType.Void:
                break;
            default:
                throw UnknownType(value.Type);
        }
    }

    private static int Deeper(int depth) =>
        depth < MaxDepth ? depth + 1 : throw new AmqpException(ReplyCode.SyntaxError, $"tables nest deeper than {MaxDepth}");

    private static AmqpException UnknownType(FieldType type) =>
        new(ReplyCode.SyntaxError, $"field type 0x{(byte)type:X2} is unknown");
}
