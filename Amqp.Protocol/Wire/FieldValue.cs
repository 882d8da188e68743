using System.Text;

namespace Amqp.Protocol;

/// <summary>The type tags of field tables, as RabbitMQ defines them on its page "AMQP 0-9-1 errata".</summary>
public enum FieldType : byte
{
    Boolean = (byte)'t',
    SByte = (byte)'b',
    Byte = (byte)'B',
    Int16 = (byte)'s',
    UInt16 = (byte)'u',
    Int32 = (byte)'I',
    UInt32 = (byte)'i',
    Int64 = (byte)'l',

    /// <summary>The spec's tag for a signed 64-bit integer. In RabbitMQ, this tag has the same meaning as <see cref="Int64"/>.</summary>
    Int64Alias = (byte)'L',
    Single = (byte)'f',
    Double = (byte)'d',
    Decimal = (byte)'D',
    LongString = (byte)'S',
    ByteArray = (byte)'x',
    Timestamp = (byte)'T',
    Array = (byte)'A',
    Table = (byte)'F',
    Void = (byte)'V',
}

/// <summary>A value of a field table. Keeps the received type tag, so that the value is encoded with the same tag.</summary>
public readonly struct FieldValue : IEquatable<FieldValue>
{
    private readonly long _bits;
    private readonly object? _reference;

    private FieldValue(FieldType type, long bits, object? reference = null) => (Type, _bits, _reference) = (type, bits, reference);

    public FieldType Type { get; }

    /// <summary>True if the value has one of the eight integer types.</summary>
    public bool IsInteger => Type is FieldType.SByte or FieldType.Byte or FieldType.Int16 or FieldType.UInt16
        or FieldType.Int32 or FieldType.UInt32 or FieldType.Int64 or FieldType.Int64Alias;

    public bool IsContainer => Type is FieldType.Table or FieldType.Array;

    public bool IsFloat => Type is FieldType.Single or FieldType.Double;

    public static FieldValue FromBoolean(bool value) => new(FieldType.Boolean, value ? 1 : 0);

    /// <summary>Returns a value of the given integer type. The caller ensures that the integer fits into the type.</summary>
    public static FieldValue FromInteger(FieldType type, long value) => new(type, value);

    public static FieldValue FromInt32(int value) => new(FieldType.Int32, value);

    public static FieldValue FromInt64(long value) => new(FieldType.Int64, value);

    public static FieldValue FromSingle(float value) => FromSingleBits(BitConverter.SingleToUInt32Bits(value));

    /// <summary>Returns a single-precision number with the given bits. A conversion to double would lose bits of a NaN.</summary>
    internal static FieldValue FromSingleBits(uint bits) => new(FieldType.Single, bits);

    public static FieldValue FromDouble(double value) => new(FieldType.Double, BitConverter.DoubleToInt64Bits(value));

    /// <summary>Returns a decimal number: <paramref name="unscaled"/> divided by ten to the power of <paramref name="scale"/>.</summary>
    public static FieldValue FromDecimal(byte scale, uint unscaled) => new(FieldType.Decimal, (long)scale << 32 | unscaled);

    /// <summary>Returns a timestamp, given in seconds since 1970-01-01 UTC.</summary>
    public static FieldValue FromTimestamp(ulong seconds) => new(FieldType.Timestamp, (long)seconds);

    public static FieldValue FromString(string value) => new(FieldType.LongString, 0, OctetText.Encode(value));

    public static FieldValue FromString(ReadOnlySpan<byte> value) => new(FieldType.LongString, 0, value.ToArray());

    public static FieldValue FromBytes(ReadOnlySpan<byte> value) => new(FieldType.ByteArray, 0, value.ToArray());

    public static FieldValue FromArray(IReadOnlyList<FieldValue> values) => new(FieldType.Array, 0, values);

    public static FieldValue FromTable(FieldTable table) => new(FieldType.Table, 0, table);

    public static FieldValue Void => new(FieldType.Void, 0);

    public bool AsBoolean() => Type == FieldType.Boolean ? _bits != 0 : throw Mismatch();

    /// <summary>Returns the integer of a value of any integer type.</summary>
    public long AsInteger() => IsInteger ? _bits : throw Mismatch();

    /// <summary>Returns the number of a single- or double-precision value.</summary>
    public double AsDouble() => Type switch
    {
        FieldType.Single => BitConverter.UInt32BitsToSingle((uint)_bits),
        FieldType.Double => BitConverter.Int64BitsToDouble(_bits),
        _ => throw Mismatch(),
    };

    /// <summary>Returns the bits of a single- or double-precision value, as they are on the wire.</summary>
    internal ulong AsFloatBits() => IsFloat ? (ulong)_bits : throw Mismatch();

    public (byte Scale, uint Unscaled) AsDecimal() => Type == FieldType.Decimal ? ((byte)(_bits >> 32), (uint)_bits) : throw Mismatch();

    public ulong AsTimestamp() => Type == FieldType.Timestamp ? (ulong)_bits : throw Mismatch();

    /// <summary>Returns the bytes of a long string or byte array.</summary>
    public ReadOnlySpan<byte> AsBytes() => _reference is byte[] bytes ? bytes : throw Mismatch();

    /// <summary>Returns a long string as text. <see cref="OctetText"/> describes how invalid UTF-8 is converted.</summary>
    public string AsString() => Type == FieldType.LongString ? OctetText.Decode(AsBytes()) : throw Mismatch();

    public IReadOnlyList<FieldValue> AsArray() => _reference as IReadOnlyList<FieldValue> ?? throw Mismatch();

    public FieldTable AsTable() => _reference as FieldTable ?? throw Mismatch();

    /// <summary>Returns true if both values have the same type and content.</summary>
    public bool Equals(FieldValue other)
    {
        if (!IsContainer)
            return IsSameLeaf(other);
        // Uses a stack instead of recursion, because a client decides how deep values nest.
        var pairs = new Stack<(FieldValue Mine, FieldValue Theirs)>([(this, other)]);
        while (pairs.TryPop(out var pair))
        {
            if (!(pair.Mine.IsContainer ? pair.Mine.TryPair(pair.Theirs, pairs) : pair.Mine.IsSameLeaf(pair.Theirs)))
                return false;
        }
        return true;
    }

    public override bool Equals(object? obj) => obj is FieldValue other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Type, _bits);

    public static bool operator ==(FieldValue left, FieldValue right) => left.Equals(right);

    public static bool operator !=(FieldValue left, FieldValue right) => !left.Equals(right);

    /// <summary>Returns the value as text for log lines.</summary>
    public override string ToString()
    {
        if (!IsContainer)
            return LeafText();
        var text = new StringBuilder();
        bool isFirst = true; // true before the first element of a table or array
        foreach (var (name, value, isEnd) in FieldWalk.Through(this))
        {
            bool isTable = value.Type == FieldType.Table;
            if (isEnd)
            {
                text.Append(isTable ? '}' : ']');
                isFirst = false;
                continue;
            }
            if (!isFirst)
                text.Append(", ");
            if (name is not null)
                text.Append(name).Append(": ");
            text.Append(value.IsContainer ? isTable ? "{" : "[" : value.LeafText());
            isFirst = value.IsContainer;
        }
        return text.ToString();
    }

    private string LeafText() => Type switch
    {
        FieldType.Boolean => _bits != 0 ? "true" : "false",
        FieldType.Single or FieldType.Double => AsDouble().ToString(System.Globalization.CultureInfo.InvariantCulture),
        FieldType.Decimal => $"{AsDecimal().Unscaled}e-{AsDecimal().Scale}",
        FieldType.Timestamp => AsTimestamp().ToString(System.Globalization.CultureInfo.InvariantCulture),
        FieldType.LongString => AsString(),
        FieldType.ByteArray => Convert.ToHexString(AsBytes()),
        FieldType.Void => "void",
        _ => _bits.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    private bool IsSameLeaf(FieldValue other) =>
        Type == other.Type
            && _bits == other._bits
            && (_reference is byte[] bytes
                ? other._reference is byte[] others && bytes.AsSpan().SequenceEqual(others)
                : other._reference is null);

    /// <summary>
    /// Pairs the elements of two tables or arrays, for a later comparison. Returns false if the sizes, types or names differ.
    /// </summary>
    private bool TryPair(FieldValue other, Stack<(FieldValue Mine, FieldValue Theirs)> pairs)
    {
        if (Type != other.Type)
            return false;
        if (Type == FieldType.Array)
            return Push(AsArray(), other.AsArray());
        var (mine, theirs) = (AsTable(), other.AsTable());
        return mine.Count == theirs.Count
            && mine.Sorted.Select(field => field.Key).SequenceEqual(theirs.Sorted.Select(field => field.Key))
            && Push([.. mine.Sorted.Select(field => field.Value)], [.. theirs.Sorted.Select(field => field.Value)]);

        bool Push(IReadOnlyList<FieldValue> left, IReadOnlyList<FieldValue> right)
        {
            if (left.Count != right.Count)
                return false;
            for (int index = 0; index < left.Count; index++)
                pairs.Push((left[index], right[index]));
            return true;
        }
    }

    private InvalidOperationException Mismatch() => new($"A field of type '{(char)Type}' was read as something else.");
}
