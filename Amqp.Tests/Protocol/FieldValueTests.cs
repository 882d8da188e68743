using Amqp.Protocol;
using FsCheck;
using FsCheck.Fluent;

namespace Amqp.Tests.Protocol;

public class FieldValueTests
{
    private static IEnumerable<TestCaseData> Texts =>
    [
        new(FieldValue.FromBoolean(false), "false"),
        new(FieldValue.FromInteger(FieldType.SByte, -1), "-1"),
        new(FieldValue.FromDouble(1.5), "1.5"),
        new(FieldValue.FromDecimal(2, 314), "314e-2"),
        new(FieldValue.FromTimestamp(ulong.MaxValue), "18446744073709551615"),
        new(FieldValue.FromBytes([0, 255]), "00FF"),
        new(FieldValue.Void, "void"),
        new(FieldValue.FromTable(FieldTable.Empty), "{}"),
        new(
            FieldValue.FromArray([
                FieldValue.FromArray([]),
                FieldValue.FromInt32(1),
                FieldValue.FromArray([FieldValue.FromInt32(2)]),
                FieldValue.FromInt32(3)
            ]),
            "[[], 1, [2], 3]"),
        new(
            FieldValue.FromTable(
                FieldTable.Empty.With(
                    "a", FieldValue.FromTable(FieldTable.Empty.With("b", FieldValue.FromString("c")).With("d", FieldValue.Void)))
                    .With("e", FieldValue.FromInt32(1))),
            "{a: {b: c, d: void}, e: 1}"),
    ];

    [Test]
    public void Values_of_different_types_differ() =>
        Assert.That(FieldValue.FromInt32(1), Is.Not.EqualTo(FieldValue.FromInt64(1)));

    [TestCaseSource(nameof(Texts))]
    public void A_value_is_shown_as_text(FieldValue value, string text) => Assert.That($"{value}", Is.EqualTo(text));

    [Test]
    public void A_value_equals_itself_and_hashes_alike() =>
        Prop.ForAll(Generators.FieldTables.ToArbitrary(), table =>
            table.All(field => field.Value == table[field.Key] && field.Value.GetHashCode() == table[field.Key]!.Value.GetHashCode()))
            .QuickCheckThrowOnFailure();

    [Test]
    public void Long_strings_are_equal_by_their_bytes() =>
        Assert.That(FieldValue.FromString("a"), Is.EqualTo(FieldValue.FromString("a"u8)));

    [Test]
    public void A_long_string_is_no_byte_array() =>
        Assert.That(FieldValue.FromString("a"), Is.Not.EqualTo(FieldValue.FromBytes("a"u8)));

    [Test]
    public void Arrays_are_equal_when_all_their_values_are()
    {
        var (one, two) = (FieldValue.FromInt32(1), FieldValue.FromInt32(2));
        FieldValue[] arrays =
        [
            FieldValue.FromArray([]), FieldValue.FromArray([one]), FieldValue.FromArray([one, two]), FieldValue.FromArray([two, one]),
            FieldValue.FromArray([one, one])
        ];

        foreach (var left in arrays)
            Assert.That(arrays.Where(right => left == right), Is.EqualTo(new[] { left }));
        Assert.That(FieldValue.FromArray([one, two]), Is.EqualTo(arrays[2]));
    }

    [Test]
    public void A_value_read_as_another_type_is_the_callers_mistake()
    {
        Assert.That(() => FieldValue.FromInt32(1).AsString(), Throws.InvalidOperationException);
        Assert.That(() => FieldValue.FromString("1").AsInteger(), Throws.InvalidOperationException);
        Assert.That(() => FieldValue.FromBoolean(true).AsInteger(), Throws.InvalidOperationException);
        Assert.That(() => FieldValue.Void.AsTable(), Throws.InvalidOperationException);
        Assert.That(() => FieldValue.FromTimestamp(1).AsDouble(), Throws.InvalidOperationException);
    }

    [Test]
    public void Integers_of_every_width_read_as_64_bits()
    {
        FieldType[] types =
        [
            FieldType.SByte, FieldType.Byte, FieldType.Int16, FieldType.UInt16,
            FieldType.Int32, FieldType.UInt32, FieldType.Int64, FieldType.Int64Alias,
        ];

        Assert.That(types.Select(type => FieldValue.FromInteger(type, 7).AsInteger()), Is.All.EqualTo(7));
    }

    [Test]
    public void A_string_that_is_not_utf8_is_text_that_stands_for_the_same_octets() =>
        Assert.That(
            FieldValue.FromString(FieldValue.FromString([(byte)'a', 0xFF]).AsString()).AsBytes().ToArray(),
            Is.EqualTo(new byte[] { (byte)'a', 0xFF }));
}
