using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>The broker accepts valid queue arguments, and refuses invalid arguments with the right reply text.</summary>
public class QueueArgumentTests : BehaviourTests
{
    private static readonly string[] _numbers = ["x-message-ttl", "x-expires", "x-max-length", "x-max-length-bytes", "x-max-priority"];

    private static IEnumerable<TestCaseData> IntegersOfEveryWidth =>
        from name in _numbers
        from type in (FieldType[])[
            FieldType.SByte, FieldType.Byte, FieldType.Int16, FieldType.UInt16, FieldType.Int32, FieldType.UInt32, FieldType.Int64,
            FieldType.Int64Alias
        ]
        select new TestCaseData(name, FieldValue.FromInteger(type, 100)).SetArgDisplayNames(name, type.ToString());

    private static IEnumerable<TestCaseData> NoIntegers =>
        from name in _numbers
        from value in ((FieldValue, string)[])
        [
            (FieldValue.FromString("10"), "longstr"), (FieldValue.FromSingle(10), "float"), (FieldValue.FromDouble(10), "double"),
            (FieldValue.FromBoolean(true), "bool"), (FieldValue.Void, "void"), (FieldValue.FromDecimal(0, 10), "decimal"),
            (FieldValue.FromTimestamp(10), "timestamp"), (FieldValue.FromArray([]), "array"),
            (FieldValue.FromTable(FieldTable.Empty), "table"), (FieldValue.FromBytes([1]), "binary"),
        ]
        select new TestCaseData(name, value.Item1, $"\"expected integer, got {value.Item2}\"").SetArgDisplayNames(name, value.Item2);

    private static IEnumerable<TestCaseData> OutOfRange =>
    [
        Refused("x-message-ttl", FieldValue.FromInt32(-1), "{value_negative,-1}"),
        Refused("x-expires", FieldValue.FromInt32(-1), "{value_negative,-1}"),
        Refused("x-expires", FieldValue.FromInt32(0), "{value_zero,0}"),
        Refused("x-max-length", FieldValue.FromInt32(-1), "{value_negative,-1}"),
        Refused("x-max-length-bytes", FieldValue.FromInt64(-1), "{value_negative,-1}"),
        Refused("x-max-priority", FieldValue.FromInt32(-1), "{value_negative,-1}"),
        Refused("x-max-priority", FieldValue.FromInt32(256), "{max_value_exceeded,256}"),
        Refused("x-message-ttl", FieldValue.FromInt64(315_360_000_001), "{value_too_large,315360000001}"),
        Refused("x-expires", FieldValue.FromInt64(315_360_000_001), "{value_too_large,315360000001}"),
        Refused("x-overflow", FieldValue.FromString("zz"), "invalid_overflow"),
        Refused("x-overflow", FieldValue.FromInt32(1), "{unacceptable_type,signedint}"),
        Refused("x-queue-mode", FieldValue.FromString("zz"), "\"unsupported queue mode 'zz'\""),
        Refused("x-queue-mode", FieldValue.FromInt32(1), "{unacceptable_type,signedint}"),
        Refused("x-queue-type", FieldValue.FromString("zz"), "\"unsupported queue type 'zz'\""),
        Refused("x-queue-type", FieldValue.FromInt32(1), "{unacceptable_type,signedint}"),
        Refused("x-queue-version", FieldValue.FromInt32(3), "\"unsupported queue version '3'\""),
        Refused("x-queue-version", FieldValue.FromString("2"), "\"expected integer, got longstr\""),
        Refused("x-single-active-consumer", FieldValue.FromString("a"), "{unacceptable_type,longstr}"),
        Refused("x-dead-letter-routing-key", FieldValue.FromString("k"), "routing_key_but_no_dlx_defined"),
        Refused("x-dead-letter-routing-key", FieldValue.FromInt32(1), "{unacceptable_type,signedint}"),
    ];

    private static IEnumerable<TestCaseData> Accepted =>
    [
        Taken("x-message-ttl", FieldValue.FromInt32(0)),
        Taken("x-message-ttl", FieldValue.FromInt64(134_217_728_000)), // the longest delay that Celery uses
        Taken("x-message-ttl", FieldValue.FromInt64(315_360_000_000)),
        Taken("x-expires", FieldValue.FromInt64(315_360_000_000)),
        Taken("x-max-length", FieldValue.FromInt32(0)),
        Taken("x-max-priority", FieldValue.FromInt32(0)),
        Taken("x-max-priority", FieldValue.FromInt32(255)),
        Taken("x-overflow", FieldValue.FromString("drop-head")),
        Taken("x-overflow", FieldValue.FromString("reject-publish")),
        Taken("x-overflow", FieldValue.FromString("reject-publish-dlx")),
        Taken("x-queue-mode", FieldValue.FromString("lazy")),
        Taken("x-queue-mode", FieldValue.FromString("default")),
        Taken("x-queue-type", FieldValue.FromString("classic")),
        Taken("x-queue-version", FieldValue.FromInt32(1)),
        Taken("x-queue-version", FieldValue.FromInt32(2)),
        Taken("x-queue-master-locator", FieldValue.FromString("min-masters")),
        Taken("x-single-active-consumer", FieldValue.FromBoolean(true)),
        Taken("x-dead-letter-exchange", FieldValue.FromString("")),
        Taken("x-foo", FieldValue.FromTable(FieldTable.Empty)),
    ];

    [TestCaseSource(nameof(IntegersOfEveryWidth))]
    [TestCaseSource(nameof(Accepted))]
    public async Task It_is_taken(string name, FieldValue value)
    {
        var channel = await OpenChannelAsync();

        await channel.DeclareExclusiveQueueAsync(NewName("q"), Table(name, value));
    }

    [TestCaseSource(nameof(NoIntegers))]
    [TestCaseSource(nameof(OutOfRange))]
    public async Task It_is_refused(string name, FieldValue value, string why)
    {
        var channel = await OpenChannelAsync();
        string queue = NewName("q");

        await channel.SendAsync(new QueueDeclare(queue, false, false, Exclusive: true, false, false, Table(name, value)));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            $"PRECONDITION_FAILED - invalid arg '{name}' for queue '{queue}' in vhost '/': {why}",
            QueueDeclare.Id);
    }

    [Test]
    public async Task A_dead_letter_exchange_that_is_no_name_is_refused_in_words_of_its_own()
    {
        var channel = await OpenChannelAsync();
        string queue = NewName("q");

        await channel.SendAsync(
            new QueueDeclare(queue, false, false, Exclusive: true, false, false, Table("x-dead-letter-exchange", FieldValue.FromInt32(1))));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            $"PRECONDITION_FAILED - invalid type 'signedint' for arg 'x-dead-letter-exchange' in queue '{queue}' in vhost '/'",
            QueueDeclare.Id);
    }

    [TestCase("non-durable", false, false, false)]
    [TestCase("exclusive-owner", true, true, false)]
    [TestCase("auto-delete", true, false, true)]
    public async Task A_quorum_queue_is_durable_and_shared_and_stays(string property, bool durable, bool exclusive, bool autoDelete)
    {
        var channel = await OpenChannelAsync();
        string queue = NewName("q");

        await channel.SendAsync(
            new QueueDeclare(queue, false, durable, exclusive, autoDelete, false, Table("x-queue-type", FieldValue.FromString("quorum"))));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            $"PRECONDITION_FAILED - invalid property '{property}' for queue '{queue}' in vhost '/'",
            QueueDeclare.Id);
    }

    [Test]
    public async Task A_quorum_queue_may_say_where_its_members_shall_be()
    {
        var channel = await OpenChannelAsync();
        string queue = NewQueueName();

        var declared = await channel.DeclareQueueAsync(
            queue, durable: true,
            arguments: Table("x-queue-type", FieldValue.FromString("quorum"))
                .With("x-quorum-initial-group-size", FieldValue.FromInt32(1))
                .With("x-queue-leader-locator", FieldValue.FromString("client-local")));

        Assert.That(declared.Queue, Is.EqualTo(queue));
    }

    [Test]
    public async Task A_quorum_queue_has_a_name_that_its_client_gave()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(
            new QueueDeclare("", false, true, false, false, false, Table("x-queue-type", FieldValue.FromString("quorum"))));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            "PRECONDITION_FAILED - Cannot declare a server-named queue for type rabbit_quorum_queue",
            QueueDeclare.Id);
    }

    [Test]
    public async Task A_stream_is_refused_for_now()
    {
        await SkipOnRabbitMqAsync("RabbitMQ has streams.");
        var channel = await OpenChannelAsync();

        await channel.SendAsync(
            new QueueDeclare(NewQueueName(), false, true, false, false, false, Table("x-queue-type", FieldValue.FromString("stream"))));

        var close = await channel.Client.ExpectAsync<ConnectionClose>(0);
        Assert.That((ReplyCode)close.ReplyCode, Is.EqualTo(ReplyCode.NotImplemented));
    }

    private static TestCaseData Refused(string name, FieldValue value, string why) =>
        new TestCaseData(name, value, why).SetArgDisplayNames(name, value.ToString());

    private static TestCaseData Taken(string name, FieldValue value) =>
        new TestCaseData(name, value).SetArgDisplayNames(name, value.ToString());
}
