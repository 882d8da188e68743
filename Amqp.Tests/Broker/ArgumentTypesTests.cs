using Amqp.Protocol;
using Amqp.Server.Broker.Values;

namespace Amqp.Tests.Broker;

/// <summary>Two queue arguments with equal numbers are equivalent, even if the types of the numbers have different sizes.</summary>
public sealed class ArgumentTypesTests
{
    private static readonly FieldValue _table = FieldValue.FromTable(FieldTable.Empty.With("n", FieldValue.FromInt32(1)));

    private static IEnumerable<TestCaseData> Pairs =>
    [
        Pair("nothing", null, null, true),
        Pair("nothing and something", null, FieldValue.Void, false),
        Pair("integers of two widths", FieldValue.FromInt32(-1), FieldValue.FromInt64(-1), true),
        Pair("integers that differ beyond 32 bits", FieldValue.FromInt32(1), FieldValue.FromInt64((1L << 32) + 1), false),
        Pair("floats of two widths", FieldValue.FromSingle(1.5f), FieldValue.FromDouble(1.5), true),
        Pair("floats that differ", FieldValue.FromSingle(1.5f), FieldValue.FromDouble(1.25), false),
        Pair("a float and an integer", FieldValue.FromDouble(1), FieldValue.FromInt64(1), false),
        Pair("a text and octets", FieldValue.FromString("a"), FieldValue.FromBytes("a"u8), false),
        Pair("a time and an integer", FieldValue.FromTimestamp(1), FieldValue.FromInt64(1), false),
        Pair("tables that are alike", _table, FieldValue.FromTable(FieldTable.Empty.With("n", FieldValue.FromInt32(1))), true),
        Pair(
            "tables whose values differ in width",
            _table,
            FieldValue.FromTable(FieldTable.Empty.With("n", FieldValue.FromInt64(1))),
            false),
    ];

    [TestCaseSource(nameof(Pairs))]
    public void Numbers_are_compared_whatever_their_width_and_all_else_as_it_is(FieldValue? one, FieldValue? other, bool areEquivalent) =>
        Assert.That(
            (ArgumentTypes.AreEquivalent(one, other), ArgumentTypes.AreEquivalent(other, one)),
            Is.EqualTo((areEquivalent, areEquivalent)));

    private static TestCaseData Pair(string name, FieldValue? one, FieldValue? other, bool areEquivalent) =>
        new TestCaseData(one, other, areEquivalent).SetArgDisplayNames(name);
}
