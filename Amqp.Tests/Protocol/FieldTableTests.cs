using Amqp.Protocol;
using Amqp.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Amqp.Tests.Protocol;

public class FieldTableTests
{
    /// <summary>A value of each field type, and the encoding of the value in hexadecimal. The encoding begins with the type tag.</summary>
    private static IEnumerable<TestCaseData> Types =>
    [
        new TestCaseData(FieldValue.FromBoolean(true), "74" + "01").SetArgDisplayNames("boolean"),
        new TestCaseData(FieldValue.FromInteger(FieldType.SByte, -2), "62" + "FE").SetArgDisplayNames("8 bits"),
        new TestCaseData(FieldValue.FromInteger(FieldType.Byte, 254), "42" + "FE").SetArgDisplayNames("8 bits unsigned"),
        new TestCaseData(FieldValue.FromInteger(FieldType.Int16, -2), "73" + "FFFE").SetArgDisplayNames("16 bits"),
        new TestCaseData(FieldValue.FromInteger(FieldType.UInt16, 0xFFFE), "75" + "FFFE").SetArgDisplayNames("16 bits unsigned"),
        new TestCaseData(FieldValue.FromInt32(-2), "49" + "FFFFFFFE").SetArgDisplayNames("32 bits"),
        new TestCaseData(FieldValue.FromInteger(FieldType.UInt32, 0xFFFFFFFE), "69" + "FFFFFFFE").SetArgDisplayNames("32 bits unsigned"),
        new TestCaseData(FieldValue.FromInt64(-2), "6C" + "FFFFFFFFFFFFFFFE").SetArgDisplayNames("64 bits"),
        new TestCaseData(FieldValue.FromInteger(FieldType.Int64Alias, -2), "4C" + "FFFFFFFFFFFFFFFE")
            .SetArgDisplayNames("64 bits by the other name"),
        new TestCaseData(FieldValue.FromSingle(1.5f), "66" + "3FC00000").SetArgDisplayNames("single"),
        new TestCaseData(FieldValue.FromDouble(1.5), "64" + "3FF8000000000000").SetArgDisplayNames("double"),
        new TestCaseData(FieldValue.FromDecimal(2, 314), "44" + "02" + "0000013A").SetArgDisplayNames("decimal"),
        new TestCaseData(FieldValue.FromString("é"), "53" + "00000002" + "C3A9").SetArgDisplayNames("long string"),
        new TestCaseData(FieldValue.FromBytes([0, 255]), "78" + "00000002" + "00FF").SetArgDisplayNames("byte array"),
        new TestCaseData(FieldValue.FromTimestamp(1), "54" + "0000000000000001").SetArgDisplayNames("timestamp"),
        new TestCaseData(FieldValue.Void, "56").SetArgDisplayNames("void"),
        new TestCaseData(
            FieldValue.FromArray([FieldValue.FromBoolean(false), FieldValue.Void]), "41" + "00000003" + "7400" + "56")
                .SetArgDisplayNames("array"),
        new TestCaseData(
            FieldValue.FromTable(FieldTable.Empty.With("a", FieldValue.Void)), "46" + "00000003" + "0161" + "56")
                .SetArgDisplayNames("table"),
    ];

    [TestCaseSource(nameof(Types))]
    public void Every_type_is_written_in_rabbitmqs_dialect(FieldValue value, string hex) =>
        Assert.That(Convert.ToHexString(Encoded.Fields(FieldTable.Empty.With("k", value))), Is.EqualTo("016B" + hex));

    [TestCaseSource(nameof(Types))]
    public void Every_type_is_read_in_rabbitmqs_dialect(FieldValue value, string hex) =>
        Assert.That(FieldTableCodec.Read(Convert.FromHexString("016B" + hex))["k"], Is.EqualTo(value));

    [TestCaseSource(nameof(Types))]
    public void A_field_cut_short_is_refused(FieldValue value, string hex)
    {
        byte[] fields = Convert.FromHexString("016B" + hex);
        for (int length = 1; length < fields.Length; length++)
        {
            Assert.That(
                () => FieldTableCodec.Read(fields.AsSpan(0, length)),
                Throws.AmqpError(ReplyCode.SyntaxError),
                $"{value} in {length} bytes");
            Assert.That(
                () => FieldTableCodec.Validate(fields.AsSpan(0, length)),
                Throws.AmqpError(ReplyCode.SyntaxError),
                $"{value} in {length} bytes");
        }
    }

    [Test]
    public void A_table_leads_with_its_length() =>
        Assert.That(
            new WireReader([0, 0, 0, 4, 1, (byte)'a', (byte)'t', 1]).ReadTable(),
            Is.EqualTo(FieldTable.Empty.With("a", FieldValue.FromBoolean(true))));

    [Test]
    public void Whatever_is_written_reads_back() =>
        Prop.ForAll(Generators.FieldTables.ToArbitrary(), table => FieldTableCodec.Read(Encoded.Fields(table)).Equals(table))
            .QuickCheckThrowOnFailure();

    [Test]
    public void Whatever_is_read_is_written_back_byte_for_byte() =>
        Prop.ForAll(Generators.FieldTables.ToArbitrary(), table =>
        {
            byte[] fields = Encoded.Fields(table);
            return Encoded.Fields(FieldTableCodec.Read(fields)).AsSpan().SequenceEqual(fields);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Of_fields_with_one_name_the_first_is_found_however_many_there_are([Values(2, 8, 9, 20)] int count)
    {
        var table = new FieldTable(
            Enumerable.Range(0, count).Select(number => KeyValuePair.Create($"{number % (count / 2)}", FieldValue.FromInt32(number))));

        Assert.That(
            Enumerable.Range(0, count / 2).Select(name => table[$"{name}"]),
            Is.EqualTo(Enumerable.Range(0, count / 2).Select(number => (FieldValue?)FieldValue.FromInt32(number))));
    }

    [Test]
    public void A_name_that_comes_twice_is_kept_twice_and_found_once()
    {
        byte[] fields = Convert.FromHexString("016B" + "7401" + "016B" + "7400");

        var table = FieldTableCodec.Read(fields);

        Assert.That(table["k"], Is.EqualTo(FieldValue.FromBoolean(true)));
        Assert.That(Encoded.Fields(table), Is.EqualTo(fields));
    }

    [Test]
    public void Bytes_of_a_string_that_are_not_utf8_survive()
    {
        byte[] fields = Convert.FromHexString("016B" + "53" + "00000002" + "FFFE");

        Assert.That(Encoded.Fields(FieldTableCodec.Read(fields)), Is.EqualTo(fields));
    }

    [Test]
    public void Random_bytes_are_a_table_or_an_amqp_error() =>
        Prop.ForAll(Generators.Bytes.ToArbitrary(), AssertReadsOrRefuses).QuickCheckThrowOnFailure();

    [Test]
    public void A_table_with_one_byte_changed_is_a_table_or_an_amqp_error() =>
        Prop.ForAll(
            Generators.FieldTables.Select(Encoded.Fields).SelectMany(
                fields => Gen.Choose(0, Math.Max(fields.Length - 1, 0)).Two(),
                (fields, random) =>
                    fields.Select((octet, index) => index == random.Item1 ? (byte)(octet ^ (random.Item2 % 255 + 1)) : octet).ToArray())
                    .ToArbitrary(),
            AssertReadsOrRefuses).QuickCheckThrowOnFailure();

    [Test]
    public void Values_may_nest_as_deep_as_is_allowed([Values('A', 'F')] char type, [Values(1, 2, 31, 32, 33, 64, 1_024, 16_000)] int depth)
    {
        byte[] fields = Nested(type, depth);

        Assert.That(() => FieldTableCodec.Validate(fields, depth), Throws.Nothing);
        Assert.That(Encoded.Fields(FieldTableCodec.Read(fields, depth)), Is.EqualTo(fields));
    }

    [Test]
    public void Values_that_nest_deeper_are_refused([Values('A', 'F')] char type, [Values(1, 2, 31, 32, 33, 64, 1_024, 16_000)] int depth)
    {
        byte[] fields = Nested(type, depth + 1);

        Assert.That(() => FieldTableCodec.Read(fields, depth), Throws.AmqpError(ReplyCode.SyntaxError, $"tables nest deeper than {depth}"));
        Assert.That(
            () => FieldTableCodec.Validate(fields, depth),
            Throws.AmqpError(ReplyCode.SyntaxError, $"tables nest deeper than {depth}"));
    }

    [Test]
    public void What_is_done_with_a_deep_table_needs_no_deep_stack([Values('A', 'F')] char type)
    {
        byte[] fields = Nested(type, 100_000);
        var table = FieldTableCodec.Read(fields);

        Assert.That(table, Is.EqualTo(FieldTableCodec.Read(fields)));
        Assert.That(table, Is.Not.EqualTo(FieldTableCodec.Read(Nested(type, 99_999))));
        Assert.That(table.GetHashCode(), Is.EqualTo(FieldTableCodec.Read(fields).GetHashCode()));
        Assert.That(FieldWalk.Through(FieldValue.FromTable(table)).Count(), Is.EqualTo(2 * 100_001 + 1));
    }

    [TestCase("01FF7401", TestName = "A_name_that_is_not_utf8_survives")]
    [TestCase("05C3A9C328" + "80" + "7401", TestName = "A_name_that_is_partly_utf8_survives")]
    [TestCase("0161" + "46" + "00000004" + "01FE7400", TestName = "A_nested_name_that_is_not_utf8_survives")]
    public void Names_that_are_not_utf8_survive(string hex)
    {
        byte[] fields = Convert.FromHexString(hex);

        Assert.That(() => FieldTableCodec.Validate(fields), Throws.Nothing);
        Assert.That(Encoded.Fields(FieldTableCodec.Read(fields)), Is.EqualTo(fields));
    }

    [Test]
    public void An_unknown_type_is_refused() =>
        Assert.That(
            () => FieldTableCodec.Read([1, (byte)'k', (byte)'Z']),
            Throws.AmqpError(ReplyCode.SyntaxError, "field type 0x5A is unknown"));

    [Test]
    public void Tables_are_equal_whatever_the_order_of_their_fields()
    {
        var one = FieldTable.Empty.With("a", FieldValue.FromInt32(1)).With("b", FieldValue.Void);
        var other = FieldTable.Empty.With("b", FieldValue.Void).With("a", FieldValue.FromInt32(1));

        Assert.That(one, Is.EqualTo(other));
        Assert.That(one.GetHashCode(), Is.EqualTo(other.GetHashCode()));
    }

    [Test]
    [CancelAfter(30_000)] // takes a second, but would take minutes if each name were searched linearly
    public async Task Large_tables_are_compared_in_a_time_that_grows_with_their_size(CancellationToken cancellation)
    {
        const int count = 200_000;
        var one = Numbered(Enumerable.Range(0, count));
        var other = Numbered(Enumerable.Range(0, count).Reverse());

        Assert.That(await Task.Run(() => one.Equals(other), cancellation).WaitAsync(cancellation), Is.True);
    }

    [Test]
    [CancelAfter(30_000)] // a linear search would take minutes
    public async Task Each_field_of_a_large_table_is_found_in_a_time_that_does_not_grow_with_its_size(CancellationToken cancellation)
    {
        const int count = 200_000;
        var table = Numbered(Enumerable.Range(0, count));

        var found = Task.Run(
            () => Enumerable.Range(0, count).All(number => table[$"{number}"] == FieldValue.FromInt32(number)), cancellation);

        Assert.That(await found.WaitAsync(cancellation), Is.True);
    }

    [TestCase(0)]
    [TestCase(20)] // small and large tables are searched in different ways
    public void A_table_with_a_name_twice_is_equal_to_its_copy_and_to_no_other(int others)
    {
        var fields = Numbered(Enumerable.Range(0, others));
        var twice = fields.With("k", FieldValue.FromInt32(1)).With("k", FieldValue.FromInt32(2));
        var copy = FieldTableCodec.Read(Encoded.Fields(twice));

        Assert.That(twice, Is.EqualTo(copy));
        Assert.That(twice.GetHashCode(), Is.EqualTo(copy.GetHashCode()));
        Assert.That(twice, Is.Not.EqualTo(fields.With("k", FieldValue.FromInt32(1)).With("k", FieldValue.FromInt32(1))));
        Assert.That(twice["k"], Is.EqualTo(FieldValue.FromInt32(1)));
    }

    private static FieldTable Numbered(IEnumerable<int> numbers) =>
        new(numbers.Select(number => KeyValuePair.Create($"{number}", FieldValue.FromInt32(number))));

    private static void AssertReadsOrRefuses(byte[] fields)
    {
        string? read = RefusalOf(() => FieldTableCodec.Read(fields));
        string? validated = RefusalOf(() => FieldTableCodec.Validate(fields));

        Assert.That(validated, Is.EqualTo(read), "Validate and Read report the same error");
    }

    private static string? RefusalOf(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (AmqpException error)
        {
            return error.ReplyText;
        }
    }

    /// <summary>Encodes a field whose value consists of arrays or tables, nested to this depth.</summary>
    private static byte[] Nested(char type, int depth)
    {
        byte[] name = type == 'F' ? [1, (byte)'k'] : [];
        var fields = new List<byte>([1, (byte)'k']);
        for (int level = depth - 1; level >= 0; level--)
        {
            int length = level * (name.Length + 5) + name.Length + 1;
            fields.AddRange([(byte)type, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length, .. name]);
        }
        fields.Add((byte)'V');
        return [.. fields];
    }
}
