using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.Values;

namespace Amqp.Tests.Broker;

/// <summary>The broker prints values in the format in which Erlang prints them.</summary>
public sealed class ErlangTextTests
{
    private static IEnumerable<TestCaseData> Values =>
    [
        new(FieldValue.FromString("text"), "<<\"text\">>"),
        new(FieldValue.FromString(""), "<<>>"),
        new(FieldValue.FromBytes("octets"u8), "<<\"octets\">>"),
        new(FieldValue.FromString("a \"b\" \\ \b\t\n\v\f\r\u001b"), @"<<""a \""b\"" \\ \b\t\n\v\f\r\e"">>"),
        new(FieldValue.FromBytes([31]), "<<31>>"),
        new(FieldValue.FromBytes([(byte)' ', (byte)'~']), "<<\" ~\">>"),
        new(FieldValue.FromBytes([127]), "<<127>>"),
        new(FieldValue.FromBytes([(byte)'a', 159]), "<<97,159>>"),
        new(FieldValue.FromString("\u00e9"), "<<\"\u00e9\">>"),
        new(FieldValue.Void, "undefined"),
        new(FieldValue.FromDouble(1), "1.0"),
        new(FieldValue.FromSingle(1.5f), "1.5"),
        new(FieldValue.FromInt32(-7), "-7"),
    ];

    [TestCaseSource(nameof(Values))]
    public void A_value_is_printed_without_its_type(FieldValue value, string text) => Assert.That(ErlangText.Of(value), Is.EqualTo(text));

    private static IEnumerable<TestCaseData> Terms =>
    [
        new(FieldValue.FromString("a \"b\" \\"), @"<<""a \""b\"" \\"">>"),
        new(FieldValue.FromInt64(-7), "-7"),
        new(FieldValue.FromDouble(-7), "-7.0"),
        new(FieldValue.FromDouble(1.5), "1.5"),
        new(FieldValue.FromBoolean(true), "true"),
        new(FieldValue.FromBoolean(false), "false"),
        new(FieldValue.Void, "null"),
        new(FieldValue.FromArray([]), "[]"),
        new(FieldValue.FromTable(FieldTable.Empty), "#{}"),
        new(
            FieldValue.FromTable(
                FieldTable.Empty.With(
                    "b", FieldValue.FromArray([FieldValue.FromInt64(2), FieldValue.FromTable(FieldTable.Empty.With("c", FieldValue.Void))]))
                    .With("a", FieldValue.FromInt64(1))),
            "#{<<\"a\">> => 1,<<\"b\">> => [2,#{<<\"c\">> => null}]}"),
    ];

    /// <summary>If the HTTP API refuses a value, the error contains the value as an Erlang term.</summary>
    [TestCaseSource(nameof(Terms))]
    public void What_JSON_said_is_printed_as_a_term(FieldValue value, string text) => Assert.That(ErlangTerm.Of(value), Is.EqualTo(text));

    [TestCase(5, "Unrecognised terms 5 in limits")]
    [TestCase("max-queues", "Unrecognised terms <<\"max-queues\">> in limits")]
    public void Limits_that_are_no_table_are_refused(object limits, string text) =>
        Assert.That(
            () => VirtualHostLimits.Validate(limits is string word ? FieldValue.FromString(word) : FieldValue.FromInt64((int)limits)),
            Throws.TypeOf<ValidationException>().With.Message.EqualTo(text));

    [Test]
    public void Of_limits_all_are_named_that_are_not_known()
    {
        var limits = FieldTable.Empty.With("a", FieldValue.FromInt64(1))
            .With("max-queues", FieldValue.FromInt64(2))
            .With("max-connections", FieldValue.FromInt64(-1))
            .With("b", FieldValue.FromString("x"));

        Assert.That(
            () => VirtualHostLimits.Validate(FieldValue.FromTable(limits)),
            Throws.TypeOf<ValidationException>()
                .With.Message.EqualTo("Unrecognised terms [{<<\"a\">>,1},{<<\"b\">>,<<\"x\">>}] in limits"));
    }
}
