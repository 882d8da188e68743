using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>Headers exchanges compare the headers of a message with the arguments of each binding.</summary>
public class HeadersTests : BehaviourTests
{
    private static readonly FieldTable _one = Table("a", FieldValue.FromInt32(1));
    private static readonly FieldTable _two = Table("b", FieldValue.FromInt32(2));
    private static readonly FieldTable _both = _one.With("b", FieldValue.FromInt32(2));
    private static readonly FieldTable _none = FieldTable.Empty;

    private static IEnumerable<TestCaseData> Matches =>
    [
        Case("no arguments and no headers", _none, null),
        Case("no arguments and any headers", _none, _one),
        Case("all of nothing", Match("all"), null),
        Case("all", Match("all", _both), _both),
        Case("all is the default", _both, _both),
        Case("all and more", Match("all", _one), _both),
        Case("any", Match("any", _both), _two),
        Case("all does not ask for x-", Match("all", _one.With("x-b", FieldValue.FromInt32(2))), _one),
        Case("all-with-x", Match("all-with-x", _one.With("x-b", FieldValue.FromInt32(2))), _one.With("x-b", FieldValue.FromInt32(2))),
        Case("any-with-x", Match("any-with-x", Table("x-b", FieldValue.FromInt32(2))), Table("x-b", FieldValue.FromInt32(2))),
        Case("void asks for presence alone", Match("all", Table("a", FieldValue.Void)), Table("a", FieldValue.FromString("zz"))),
        Case("void matches void", Match("all", Table("a", FieldValue.Void)), Table("a", FieldValue.Void)),
        Case("integers of other width", Match("all", _one), Table("a", FieldValue.FromInt64(1))),
        Case(
            "integers of one octet",
            Match("all", Table("a", FieldValue.FromInt32(-1))),
            Table("a", FieldValue.FromInteger(FieldType.SByte, -1))),
        Case("an integer and a float", Match("all", _one), Table("a", FieldValue.FromDouble(1))),
        Case("floats of other width", Match("all", Table("a", FieldValue.FromSingle(1.5f))), Table("a", FieldValue.FromDouble(1.5))),
        Case("a timestamp and an integer", Match("all", Table("a", FieldValue.FromInt32(5))), Table("a", FieldValue.FromTimestamp(5))),
        Case("text and bytes", Match("all", Table("a", FieldValue.FromString("q"))), Table("a", FieldValue.FromBytes("q"u8))),
        Case("tables", Match("all", Table("a", FieldValue.FromTable(_one))), Table("a", FieldValue.FromTable(_one))),
        Case(
            "arrays",
            Match("all", Table("a", FieldValue.FromArray([FieldValue.FromInt32(1)]))),
            Table("a", FieldValue.FromArray([FieldValue.FromInt32(1)]))),
        Case("the first of two headers of one name", Match("all", _one), new FieldTable([.. _one, .. Table("a", FieldValue.FromInt32(2))])),
    ];

    private static IEnumerable<TestCaseData> Mismatches =>
    [
        Case("any of nothing", Match("any"), _one),
        Case("all with one missing", Match("all", _both), _two),
        Case("all with one different", Match("all", _one), Table("a", FieldValue.FromInt32(2))),
        Case("all without headers", Match("all", _one), null),
        Case("any with none of them", Match("any", _both), Table("c", FieldValue.FromInt32(1))),
        Case("all-with-x without it", Match("all-with-x", _one.With("x-b", FieldValue.FromInt32(2))), _one),
        Case("any does not look at x-", Match("any", Table("x-b", FieldValue.FromInt32(2))), Table("x-b", FieldValue.FromInt32(2))),
        Case("void without presence", Match("all", Table("a", FieldValue.Void)), _two),
        Case("void in the message", Match("all", _one), Table("a", FieldValue.Void)),
        Case("a number in letters", Match("all", _one), Table("a", FieldValue.FromString("1"))),
        Case("true for 1", Match("all", _one), Table("a", FieldValue.FromBoolean(true))),
        Case("another case", Match("all", _one), Table("A", FieldValue.FromInt32(1))),
        Case(
            "the second of two headers of one name", Match("all", _one), new FieldTable([.. Table("a", FieldValue.FromInt32(2)), .. _one])),
        Case("integers of other width inside an array",
            Match("all", Table("a", FieldValue.FromArray([FieldValue.FromInt32(1)]))),
            Table("a", FieldValue.FromArray([FieldValue.FromInt64(1)]))),
    ];

    [TestCaseSource(nameof(Matches))]
    public async Task It_matches(FieldTable binding, FieldTable? headers) => Assert.That(await RoutesAsync(binding, headers), Is.True);

    [TestCaseSource(nameof(Mismatches))]
    public async Task It_does_not_match(FieldTable binding, FieldTable? headers) =>
        Assert.That(await RoutesAsync(binding, headers), Is.False);

    private async Task<bool> RoutesAsync(FieldTable binding, FieldTable? headers)
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "headers"), queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, exchange, "the key does not matter", binding);

        await channel.PublishAsync(exchange, "", properties: new() { Headers = headers }, mandatory: true);
        await channel.SendAsync(new BasicGet(queue, true));

        var frame = await channel.Client.ReceiveAsync(channel.Number);
        Assert.That(frame.Method, Is.EqualTo(BasicGetOk.Id).Or.EqualTo(BasicReturn.Id), $"{frame}");
        return frame.Method == BasicGetOk.Id;
    }

    private static FieldTable Match(string how, FieldTable? others = null) =>
        new(others is null ? Table("x-match", FieldValue.FromString(how)) : [.. Table("x-match", FieldValue.FromString(how)), .. others]);

    private static TestCaseData Case(string name, FieldTable binding, FieldTable? headers) =>
        new TestCaseData(binding, headers).SetArgDisplayNames(name);
}
