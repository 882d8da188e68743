using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Amqp.Protocol;

/// <summary>Encodes, decodes and validates field tables.</summary>
/// <remarks>Clients decide how deep values nest. So no method may recurse, and every method must take linear time.</remarks>
public static class FieldTableCodec
{
    /// <summary>Default limit for the nesting of tables and arrays that clients send. The limit can be configured.</summary>
    public const int DefaultMaxDepth = 1024;

    /// <summary>Maximum nesting that is validated without allocating memory.</summary>
    private const int FewLevels = 32;

    /// <summary>Decodes the fields of a table.</summary>
    /// <param name="fields">The fields, without the table's length.</param>
    /// <param name="maxDepth">Maximum nesting of tables and arrays in the fields.</param>
    /// <exception cref="AmqpException">502: a field is too short, has an unknown type, or is nested too deep.</exception>
    public static FieldTable Read(ReadOnlySpan<byte> fields, int maxDepth = int.MaxValue) =>
        fields.IsEmpty ? FieldTable.Empty : ReadFields(fields, maxDepth);

    /// <summary>Validates the fields of a table. Throws in the same cases as <see cref="Read"/>.</summary>
    /// <inheritdoc cref="Read"/>
    public static void Validate(ReadOnlySpan<byte> fields, int maxDepth = int.MaxValue)
    {
        var reader = new WireReader(fields);
        while (!reader.IsAtEnd)
        {
            _ = reader.ReadShortStringBytes();
            var type = (FieldType)reader.ReadByte();
            if (type is FieldType.Table or FieldType.Array)
                ValidateNested(type, reader.ReadLongString(), maxDepth);
            else
                SkipLeaf(ref reader, type);
        }
    }

    /// <summary>Encodes a table, beginning with its length.</summary>
    public static void Write(IBufferWriter<byte> output, FieldTable table)
    {
        var writer = new WireWriter(output);
        if (table.Count == 0)
        {
            writer.WriteUInt32(0);
            return;
        }
        // The table is first encoded into this buffer: each length stands before its content, but is known only after the content.
        var scratch = new ArrayBufferWriter<byte>(256);
        var values = new WireWriter(scratch);
        var starts = new Stack<int>();
        foreach (var (name, value, isEnd) in FieldWalk.Through(FieldValue.FromTable(table)))
        {
            if (isEnd)
            {
                int start = starts.Pop();
                BinaryPrimitives.WriteInt32BigEndian(
                    MemoryMarshal.AsMemory(scratch.WrittenMemory).Span[start..], scratch.WrittenCount - start - sizeof(int));
                continue;
            }
            if (name is not null)
                values.WriteShortString(name);
            if (starts.Count > 0)
                values.WriteByte((byte)value.Type); // the outermost table has no type tag
            if (value.IsContainer)
            {
                starts.Push(scratch.WrittenCount);
                values.WriteUInt32(0);
            }
            else
            {
                WriteLeaf(values, value);
            }
        }
        output.Write(scratch.WrittenSpan);
    }

    /// <summary>Skips one value, including its type tag. The value must be part of validated fields.</summary>
    internal static void Skip(ref WireReader reader)
    {
        var type = (FieldType)reader.ReadByte();
        if (type is FieldType.Table or FieldType.Array)
            _ = reader.ReadLongString();
        else
            SkipLeaf(ref reader, type);
    }

    private static FieldTable ReadFields(ReadOnlySpan<byte> fields, int maxDepth)
    {
        var outer = new Stack<OpenContainer>();
        var current = new OpenContainer("", FieldType.Table, fields.Length);
        var reader = new WireReader(fields);
        while (true)
        {
            if (reader.IsAtEnd)
            {
                var value = current.Close();
                if (!outer.TryPop(out var parent))
                    return value.AsTable();
                parent.Add(current.Name, value);
                reader = new WireReader(fields[current.End..parent.End]); // the parent's elements after the current container
                current = parent;
                continue;
            }
            string name = current.Type == FieldType.Table ? reader.ReadOctetText() : "";
            var type = (FieldType)reader.ReadByte();
            if (type is not (FieldType.Table or FieldType.Array))
            {
                current.Add(name, ReadLeaf(ref reader, type));
                continue;
            }
            if (outer.Count >= maxDepth)
                throw TooDeep(maxDepth);
            var elements = reader.ReadLongString();
            outer.Push(current);
            current = new OpenContainer(name, type, current.End - reader.Rest.Length);
            reader = new WireReader(elements);
        }
    }

    private static FieldValue ReadLeaf(ref WireReader reader, FieldType type) => type switch
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
        FieldType.Void => FieldValue.Void,
        _ => throw UnknownType(type),
    };

    private static void ValidateNested(FieldType type, ReadOnlySpan<byte> elements, int maxDepth)
    {
        if (maxDepth < 1)
            throw TooDeep(maxDepth);
        // End offsets of the enclosing tables and arrays. For an array, the bitwise complement is stored, which is negative.
        Span<int> ends = stackalloc int[FewLevels];
        int depth = 0, end = elements.Length;
        var reader = new WireReader(elements);
        while (true)
        {
            if (reader.IsAtEnd)
            {
                if (depth == 0)
                    return;
                int outer = ends[--depth];
                (type, outer) = outer < 0 ? (FieldType.Array, ~outer) : (FieldType.Table, outer);
                reader = new WireReader(elements[end..outer]);
                end = outer;
                continue;
            }
            if (type == FieldType.Table)
                _ = reader.ReadShortStringBytes();
            var next = (FieldType)reader.ReadByte();
            if (next is not (FieldType.Table or FieldType.Array))
            {
                SkipLeaf(ref reader, next);
                continue;
            }
            if (depth + 2 > maxDepth)
                throw TooDeep(maxDepth);
            if (depth == ends.Length)
            {
                var larger = new int[2 * depth];
                ends.CopyTo(larger);
                ends = larger;
            }
            var inner = reader.ReadLongString();
            ends[depth++] = type == FieldType.Array ? ~end : end;
            (type, end) = (next, end - reader.Rest.Length);
            reader = new WireReader(inner);
        }
    }

    private static void SkipLeaf(ref WireReader reader, FieldType type)
    {
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
            default:
                throw UnknownType(type);
        }
    }

    private static void WriteLeaf(WireWriter writer, FieldValue value)
    {
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
            case FieldType.Void:
                break;
            default:
                throw UnknownType(value.Type);
        }
    }

    private static AmqpException TooDeep(int maxDepth) => new(ReplyCode.SyntaxError, $"tables nest deeper than {maxDepth}");

    private static AmqpException UnknownType(FieldType type) =>
        new(ReplyCode.SyntaxError, $"field type 0x{(byte)type:X2} is unknown");

    /// <summary>A table or array that has not been decoded to its end yet.</summary>
    /// <param name="name">Name of the field whose value is this table or array.</param>
    /// <param name="type"><see cref="FieldType.Table"/> or <see cref="FieldType.Array"/>.</param>
    /// <param name="end">End of the table or array, as an offset in the outermost table.</param>
    private sealed class OpenContainer(string name, FieldType type, int end)
    {
        private readonly List<KeyValuePair<string, FieldValue>> _fields = []; // an array uses only the values, and leaves the keys empty

        public string Name => name;

        public FieldType Type => type;

        public int End => end;

        public void Add(string fieldName, FieldValue value) => _fields.Add(new(fieldName, value));

        public FieldValue Close() => type == FieldType.Table
            ? FieldValue.FromTable(new FieldTable(_fields))
            : FieldValue.FromArray([.. _fields.Select(field => field.Value)]);
    }
}
