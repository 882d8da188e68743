using System.Text.Json;
using Amqp.Protocol;

namespace Amqp.Tests.Fuzz;

/// <summary>
/// A well-formed but unusual value. The fuzzer sets every argument, policy key, header and body field to each of these values.
/// </summary>
/// <param name="Name">Name for the log and for <see cref="InputCoverage"/>.</param>
/// <param name="Field">The value in a field table.</param>
/// <param name="Json">The value in a body of the HTTP API.</param>
internal sealed record HostileValue(string Name, FieldValue Field, string Json)
{
    /// <summary>
    /// Number of nested tables or arrays in a deeply nested value. With the tables around the value, this is just within the default of
    /// max_table_depth.
    /// </summary>
    private const int DeepLevels = 1020;

    /// <summary>All hostile values, numbers first.</summary>
    public static IReadOnlyList<HostileValue> All { get; } =
    [
        Number("0", 0),
        Number("-1", -1),
        Number("2^31", 1L << 31),
        Number("2^32+1", (1L << 32) + 1), // in milliseconds, this is longer than the maximum time of a .NET timer
        Number("ten years", 315_360_000_000), // in milliseconds, this is the maximum time that the broker accepts
        Number("2^53", 1L << 53),
        Number("2^63-1", long.MaxValue),
        Number("-2^63", long.MinValue),
        new("float", FieldValue.FromDouble(1.5), "1.5"),
        new("huge float", FieldValue.FromDouble(double.PositiveInfinity), "1e300"),
        Text("empty text", ""),
        Text("text of a number", "9223372036854775808"),
        Text("255 octets", new string('k', 255)),
        Text("256 octets", new string('k', 256)),
        Text("70000 octets", new string('k', 70_000)),
        new("octets that are no text", FieldValue.FromString([0xFF, 0xFE, 0xC0]), "\"\\ud800\\u0000\""),
        new("boolean", FieldValue.FromBoolean(true), "true"),
        new("nothing", FieldValue.Void, "null"),
        new("array", FieldValue.FromArray([FieldValue.FromString("k"), FieldValue.FromInt32(1), FieldValue.Void]), "[\"k\",1,null]"),
        new(
            "table",
            FieldValue.FromTable(FieldTable.Empty.With("count", FieldValue.FromInt64(long.MaxValue))),
            "{\"count\":9223372036854775807}"),
        new("deep table", Deep(DeepLevels), string.Concat(Enumerable.Repeat("{\"t\":", DeepLevels)) + "1" + new string('}', DeepLevels)),
        new("moment", FieldValue.FromTimestamp(ulong.MaxValue), "18446744073709551615"),
        new("decimal", FieldValue.FromDecimal(255, uint.MaxValue), "-0.0"),
    ];

    /// <summary>The value as text, cut to the maximum length of a short string.</summary>
    public string ShortText => Field.Type switch
    {
        FieldType.LongString => OctetText.Decode(Field.AsBytes()[..Math.Min(ShortString.MaxLength, Field.AsBytes().Length)]),
        FieldType.Table or FieldType.Array => "{}",
        _ => Field.ToString(),
    };

    /// <summary>Returns nested tables and arrays of this depth.</summary>
    public static FieldValue Deep(int levels)
    {
        var value = FieldValue.FromInt32(1);
        for (int level = 0; level < levels; level++)
            value = level % 3 == 2 ? FieldValue.FromArray([value]) : FieldValue.FromTable(FieldTable.Empty.With("t", value));
        return value;
    }

    private static HostileValue Number(string name, long number) =>
        new(name, FieldValue.FromInt64(number), JsonSerializer.Serialize(number));

    private static HostileValue Text(string name, string text) => new(name, FieldValue.FromString(text), JsonSerializer.Serialize(text));
}
