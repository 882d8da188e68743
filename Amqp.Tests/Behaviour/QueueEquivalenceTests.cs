using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>A queue may be declared again if the arguments and flags are equivalent to those of the first declaration.</summary>
public class QueueEquivalenceTests : BehaviourTests
{
    private const string Ttl = "x-message-ttl";

    private static IEnumerable<TestCaseData> Arguments =>
    [
        new(Ttl, FieldValue.FromInt32(1000), "the value '1000' of type 'signedint'"),
        new("x-expires", FieldValue.FromInt64(60_000), "the value '60000' of type 'long'"),
        new("x-max-length", FieldValue.FromInteger(FieldType.Byte, 5), "the value '5' of type 'unsignedbyte'"),
        new("x-max-length-bytes", FieldValue.FromInteger(FieldType.Int16, 5), "the value '5' of type 'short'"),
        new("x-max-length-bytes", FieldValue.FromInteger(FieldType.UInt16, 5), "the value '5' of type 'unsignedshort'"),
        new("x-max-priority", FieldValue.FromInteger(FieldType.SByte, 5), "the value '5' of type 'byte'"),
        new("x-max-priority", FieldValue.FromInteger(FieldType.UInt32, 5), "the value '5' of type 'unsignedint'"),
        new("x-dead-letter-exchange", FieldValue.FromString("foo"), "the value 'foo' of type 'longstr'"),
        new("x-overflow", FieldValue.FromString("drop-head"), "the value 'drop-head' of type 'longstr'"),
        new("x-queue-mode", FieldValue.FromString("lazy"), "the value 'lazy' of type 'longstr'"),
        new("x-queue-version", FieldValue.FromInt32(2), "the value '2' of type 'signedint'"),
        new("x-queue-master-locator", FieldValue.FromString("min-masters"), "the value 'min-masters' of type 'longstr'"),
        new("x-single-active-consumer", FieldValue.FromBoolean(true), "the value 'true' of type 'bool'"),
    ];

    private static IEnumerable<TestCaseData> IntegersOfEveryWidth =>
        ((FieldType[])[
            FieldType.SByte, FieldType.Byte, FieldType.Int16, FieldType.UInt16, FieldType.UInt32, FieldType.Int64, FieldType.Int64Alias
        ])
            .Select(type => new TestCaseData(FieldValue.FromInteger(type, 10)).SetArgDisplayNames(type.ToString()));

    [TestCaseSource(nameof(Arguments))]
    public async Task An_argument_that_was_not_there_before_is_refused(string name, FieldValue value, string received) =>
        await AssertInequivalentAsync(FieldTable.Empty, Table(name, value), name, $"received {received} but current is none");

    [TestCaseSource(nameof(Arguments))]
    public async Task An_argument_that_is_missing_is_refused(string name, FieldValue value, string current) =>
        await AssertInequivalentAsync(Table(name, value), FieldTable.Empty, name, $"received none but current is {current}");

    [TestCaseSource(nameof(IntegersOfEveryWidth))]
    public async Task Integers_are_compared_whatever_their_width(FieldValue ten) =>
        await AssertEquivalentAsync(Table(Ttl, FieldValue.FromInt32(10)), Table(Ttl, ten));

    [Test]
    public async Task Another_number_is_refused() =>
        await AssertInequivalentAsync(
            Table(Ttl, FieldValue.FromInt32(10)), Table(Ttl, FieldValue.FromInt64(20)), Ttl, "received '20' but current is '10'");

    [Test]
    public async Task A_number_in_letters_is_refused() =>
        await AssertInequivalentAsync(
            Table(Ttl, FieldValue.FromInt32(10)), Table(Ttl, FieldValue.FromString("10")), Ttl, "received '10' but current is '10'");

    [Test]
    public async Task Another_text_is_refused() =>
        await AssertInequivalentAsync(
            Table("x-dead-letter-exchange", FieldValue.FromString("foo")),
            Table("x-dead-letter-exchange", FieldValue.FromString("bar")),
            "x-dead-letter-exchange",
            "received 'bar' but current is 'foo'");

    [TestCase("k", "other", "received 'other' but current is 'k'")]
    [TestCase("k", null, "received none but current is the value 'k' of type 'longstr'")]
    [TestCase(null, "k", "received the value 'k' of type 'longstr' but current is none")]
    public async Task Another_routing_key_for_dead_letters_is_refused(string? first, string? second, string difference)
    {
        const string name = "x-dead-letter-routing-key";
        await AssertInequivalentAsync(With(first), With(second), name, difference);

        static FieldTable With(string? key)
        {
            var table = Table("x-dead-letter-exchange", FieldValue.FromString("foo"));
            return key is null ? table : table.With(name, FieldValue.FromString(key));
        }
    }

    [Test]
    public async Task Another_yes_or_no_is_refused() =>
        await AssertInequivalentAsync(
            Table("x-single-active-consumer", FieldValue.FromBoolean(true)),
            Table("x-single-active-consumer", FieldValue.FromBoolean(false)),
            "x-single-active-consumer",
            "received 'false' but current is 'true'");

    [Test]
    public async Task Another_type_of_queue_is_refused() =>
        await AssertInequivalentAsync(
            FieldTable.Empty,
            Table("x-queue-type", FieldValue.FromString("quorum")),
            "x-queue-type",
            "received the value 'quorum' of type 'longstr' but current is none",
            durable: true);

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_queue_without_a_type_is_classic(bool first)
    {
        var classic = Table("x-queue-type", FieldValue.FromString("classic"));

        await AssertEquivalentAsync(first ? classic : FieldTable.Empty, first ? FieldTable.Empty : classic);
    }

    [Test]
    public async Task The_order_of_arguments_does_not_matter() =>
        await AssertEquivalentAsync(
            Table(Ttl, FieldValue.FromInt32(10)).With("x-max-length", FieldValue.FromInt32(2)),
            Table("x-max-length", FieldValue.FromInt32(2)).With(Ttl, FieldValue.FromInt32(10)));

    [Test]
    public async Task Unknown_arguments_do_not_matter() =>
        await AssertEquivalentAsync(Table("x-foo", FieldValue.FromInt32(1)), Table("x-bar", FieldValue.FromInt32(2)));

    private async Task AssertEquivalentAsync(FieldTable first, FieldTable second)
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel, first);

        await channel.DeclareExclusiveQueueAsync(queue, second);
    }

    private async Task AssertInequivalentAsync(FieldTable first, FieldTable second, string name, string difference, bool durable = false)
    {
        var channel = await OpenChannelAsync();
        string queue = NewQueueName();
        await channel.DeclareQueueAsync(queue, durable, arguments: first);

        await channel.SendAsync(new QueueDeclare(queue, false, durable, false, false, false, second));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            $"PRECONDITION_FAILED - inequivalent arg '{name}' for queue '{queue}' in vhost '/': {difference}",
            QueueDeclare.Id);
    }
}
