using System.Text;
using Amqp.Protocol;
using FsCheck;
using FsCheck.Fluent;

namespace Amqp.Tests.Protocol;

/// <summary>Generates random values of AMQP's types, for property tests.</summary>
internal static class Generators
{
    /// <summary>Generates random numbers of 64 bits.</summary>
    public static Gen<ulong> Bits { get; } = Gen.Choose(0, 255)
        .ArrayOf(8)
        .Select(octets => octets.Aggregate(0ul, (bits, octet) => bits << 8 | (uint)octet));

    public static Gen<byte[]> Bytes { get; } = Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf();

    /// <summary>Generates random texts that fit into a short string: they have at most 255 bytes.</summary>
    public static Gen<string> ShortStrings { get; } = Gen.Frequency(
        (1, Gen.Constant("")),
        (1, Gen.Constant(new string('x', ShortString.MaxLength))),
        (8, Gen.Choose(0x20, 0x7E).Or(Gen.Choose(0xA0, 0xD7FF)).ArrayOf().Select(Text)));

    public static Gen<FieldValue> FieldValues { get; } = Gen.Sized(FieldValueOf);

    public static Gen<FieldTable> FieldTables { get; } = Gen.Sized(FieldTableOf);

    public static Gen<BasicProperties> Properties { get; } =
        from strings in Optional(ShortStrings).ArrayOf(10)
        from headers in Optional(FieldTables)
        from octets in Optional(Gen.Choose(0, 255)).ArrayOf(2)
        from timestamp in Optional(Bits)
        select new BasicProperties
        {
            ContentType = strings[0].Value,
            ContentEncoding = strings[1].Value,
            Headers = headers.Value,
            DeliveryMode = octets[0] is { IsPresent: true } mode ? (byte)mode.Value : null,
            Priority = octets[1] is { IsPresent: true } priority ? (byte)priority.Value : null,
            CorrelationId = strings[2].Value,
            ReplyTo = strings[3].Value,
            Expiration = strings[4].Value,
            MessageId = strings[5].Value,
            Timestamp = timestamp is { IsPresent: true } ? timestamp.Value : null,
            Type = strings[6].Value,
            UserId = strings[7].Value,
            AppId = strings[8].Value,
            ClusterId = strings[9].Value,
        };

    /// <summary>Returns the generator of random values for a parameter of a method.</summary>
    public static Gen<object> ArgumentOf(Type type) => type switch
    {
        _ when type == typeof(string) => ShortStrings.Select(object (value) => value),
        _ when type == typeof(bool) => Gen.Elements<object>(false, true),
        _ when type == typeof(byte) => Bits.Select(object (bits) => (byte)bits),
        _ when type == typeof(ushort) => Bits.Select(object (bits) => (ushort)bits),
        _ when type == typeof(uint) => Bits.Select(object (bits) => (uint)bits),
        _ when type == typeof(ulong) => Bits.Select(object (bits) => bits),
        _ when type == typeof(byte[]) => Bytes.Select(object (value) => value),
        _ when type == typeof(FieldTable) => FieldTables.Select(object (value) => value),
        _ => throw new NotSupportedException($"no generator for {type}"),
    };

    private static Gen<FieldTable> FieldTableOf(int size) =>
        ShortStrings.SelectMany(_ => FieldValueOf(size / 4), (name, value) => KeyValuePair.Create(name, value))
            .ArrayOf()
            .Resize(Math.Min(size, 6))
            .Select(fields => new FieldTable(fields.DistinctBy(field => field.Key)));

    private static Gen<FieldValue> FieldValueOf(int size)
    {
        var leaf = Gen.OneOf(
            Gen.Constant(FieldValue.Void),
            Gen.Elements(FieldValue.FromBoolean(false), FieldValue.FromBoolean(true)),
            Bits.Select(bits => FieldValue.FromInteger(FieldType.SByte, (sbyte)bits)),
            Bits.Select(bits => FieldValue.FromInteger(FieldType.Byte, (byte)bits)),
            Bits.Select(bits => FieldValue.FromInteger(FieldType.Int16, (short)bits)),
            Bits.Select(bits => FieldValue.FromInteger(FieldType.UInt16, (ushort)bits)),
            Bits.Select(bits => FieldValue.FromInt32((int)bits)),
            Bits.Select(bits => FieldValue.FromInteger(FieldType.UInt32, (uint)bits)),
            Bits.Select(bits => FieldValue.FromInt64((long)bits)),
            Bits.Select(bits => FieldValue.FromInteger(FieldType.Int64Alias, (long)bits)),
            Bits.Select(bits => FieldValue.FromSingle(BitConverter.UInt32BitsToSingle((uint)bits))),
            Bits.Select(bits => FieldValue.FromDouble(BitConverter.UInt64BitsToDouble(bits))),
            Bits.Select(bits => FieldValue.FromDecimal((byte)(bits >> 32), (uint)bits)),
            Bits.Select(FieldValue.FromTimestamp),
            Bytes.Select(bytes => FieldValue.FromString(bytes)),
            Bytes.Select(bytes => FieldValue.FromBytes(bytes)));
        if (size == 0)
            return leaf;
        var array = FieldValueOf(size / 4).ArrayOf().Resize(Math.Min(size, 5)).Select(values => FieldValue.FromArray(values));
        return Gen.Frequency((6, leaf), (1, array), (1, FieldTableOf(size / 4).Select(FieldValue.FromTable)));
    }

    private static string Text(int[] codePoints)
    {
        string text = string.Concat(codePoints.Select(char.ConvertFromUtf32));
        while (Encoding.UTF8.GetByteCount(text) > ShortString.MaxLength)
            text = text[..(text.Length / 2)];
        return text;
    }

    private static Gen<(bool IsPresent, T? Value)> Optional<T>(Gen<T> gen) =>
        Gen.Frequency((1, Gen.Constant((false, default(T)))), (2, gen.Select((bool, T?) (value) => (true, value))));
}
