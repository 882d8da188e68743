using Amqp.Protocol;
using Amqp.Server.Broker;

namespace Amqp.Tests.Broker;

/// <summary>Values as Erlang prints them.</summary>
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
}
