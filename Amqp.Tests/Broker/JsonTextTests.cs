using System.Text;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker.Values;

namespace Amqp.Tests.Broker;

/// <summary>The broker parses JSON that untrusted clients send.</summary>
public class JsonTextTests
{
    private static readonly byte[] _mark = [0xEF, 0xBB, 0xBF];

    [TestCase("{}")]
    [TestCase("null")]
    [TestCase("""{"a":"\uD83D\uDE00 \\uD800 \u0000"}""", TestName = "Whole_pairs_are_read")]
    [TestCase("""{"a":1e308,"b":-9223372036854775808,"c":123456789012345678901234567890}""")]
    [TestCase("""{"a":1,"a":2}""")]
    public void What_is_JSON_is_read_with_and_without_a_byte_order_mark(string text)
    {
        using var plain = JsonText.Parse(Encoding.UTF8.GetBytes(text), maxTableDepth: 4);
        using var marked = JsonText.Parse((byte[])[.. _mark, .. Encoding.UTF8.GetBytes(text)], maxTableDepth: 4);

        Assert.That(marked.RootElement.GetRawText(), Is.EqualTo(text));
        Assert.That(() => JsonFields.Read(plain.RootElement), Throws.Nothing);
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("{} x")]
    [TestCase("1e400")]
    [TestCase("[-1e400]")]
    [TestCase("NaN")]
    [TestCase("""{"a":"\uD800"}""", TestName = "A_first_half_alone_is_refused")]
    [TestCase("""{"a":"\uDC00x"}""", TestName = "A_second_half_alone_is_refused")]
    [TestCase("""{"a":"\uD800\n\uDC00"}""", TestName = "Halves_apart_are_refused")]
    [TestCase("""{"a":"\uD800\uD800\uDC00"}""", TestName = "A_half_before_a_pair_is_refused")]
    [TestCase("""{"\uD800":1}""", TestName = "A_half_in_a_name_is_refused")]
    public void What_cannot_be_read_to_the_end_is_refused(string text) =>
        Assert.That(() => JsonText.Parse(Encoding.UTF8.GetBytes(text), maxTableDepth: 4), Throws.InstanceOf<JsonException>());

    [TestCase(new byte[] { 0xFF })]
    [TestCase(new byte[] { 0xED, 0xA0, 0x80 })]
    [TestCase(new byte[] { 0xC0, 0x80 })]
    public void Octets_that_are_not_UTF_8_are_refused(byte[] octets) =>
        Assert.That(
            () => JsonText.Parse((byte[])[.. "{\"a\":\""u8, .. octets, .. "\"}"u8], maxTableDepth: 4),
            Throws.InstanceOf<JsonException>());

    private static IEnumerable<TestCaseData> Fields =>
    [
        new(FieldValue.FromBoolean(true), "true", true),
        new(FieldValue.FromInt64(long.MinValue), "-9223372036854775808", true),
        new(FieldValue.FromDouble(9223372036854775808), "9.223372036854776E+18", true),
        new(FieldValue.FromDouble(1.5), "1.5", true),
        new(FieldValue.Void, "null", true),
        new(FieldValue.FromString("text"), "\"text\"", true),
        new(FieldValue.FromArray([FieldValue.FromInt64(1), FieldValue.FromArray([]), FieldValue.FromInt64(2)]), "[1,[],2]", true),
        new(
            FieldValue.FromTable(
                FieldTable.Empty.With("a", FieldValue.FromTable(FieldTable.Empty.With("b", FieldValue.Void)))
                    .With("c", FieldValue.FromInt64(3))),
            """{"a":{"b":null},"c":3}""",
            true),
        new(FieldValue.FromInteger(FieldType.Byte, 255), "255", false),
        new(FieldValue.FromSingle(1.5f), "1.5", false),
        new(FieldValue.FromTimestamp(ulong.MaxValue), "18446744073709551615", false),
        new(FieldValue.FromDouble(double.NaN), "\"NaN\"", false),
        new(FieldValue.FromDouble(double.NegativeInfinity), "\"-Infinity\"", false),
        new(FieldValue.FromDecimal(2, 314), "\"314e-2\"", false),
        new(FieldValue.FromBytes([0, 255]), "\"00FF\"", false),
    ];

    [TestCaseSource(nameof(Fields))]
    public void A_field_is_written_as_what_it_is_and_read_as_what_JSON_knows(FieldValue field, string json, bool isReadAlike)
    {
        using var output = new MemoryStream();
        using (var writer = new Utf8JsonWriter(output))
            JsonFields.Write(writer, field);
        Assert.That(Encoding.UTF8.GetString(output.ToArray()), Is.EqualTo(json));

        using var document = JsonDocument.Parse(json);
        if (isReadAlike)
            Assert.That(JsonFields.Read(document.RootElement), Is.EqualTo(field));
    }

    [Test]
    public void Tables_are_read_however_deep_and_refused_beyond_the_limit()
    {
        const int depth = 16_000;
        byte[] text = Encoding.ASCII.GetBytes(
            string.Concat(Enumerable.Repeat("{\"a\":[", depth / 2)) + string.Concat(Enumerable.Repeat("]}", depth / 2)));

        using var document = JsonText.Parse(text, maxTableDepth: depth);
        Assert.That(() => JsonFields.Read(document.RootElement), Throws.Nothing);
        Assert.That(() => JsonText.Parse(text, maxTableDepth: depth - JsonText.DepthAroundTables - 1), Throws.InstanceOf<JsonException>());
    }
}
