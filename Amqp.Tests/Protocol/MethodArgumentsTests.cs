using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Protocol;

public class MethodArgumentsTests
{
    [Test]
    public void Too_few_bytes_are_answered_with_all_of_them_in_decimal() =>
        Assert.That(
            () => MethodArguments.Read<BasicQos>([0, 60]),
            Throws.AmqpError(ReplyCode.FrameError, "cannot decode <<0,60>>"));

    [Test]
    public void No_bytes_at_all_are_an_empty_list() =>
        Assert.That(
            () => MethodArguments.Read<QueueDeclare>([]),
            Throws.AmqpError(ReplyCode.FrameError, "cannot decode <<>>"));

    [Test]
    public void Bytes_left_over_are_answered_likewise() =>
        Assert.That(
            () => MethodArguments.Read<BasicQos>([0, 0, 0, 0, 0, 0, 0, 120]),
            Throws.AmqpError(ReplyCode.FrameError, "cannot decode <<0,0,0,0,0,0,0,120>>"));

    [Test]
    public void The_error_names_the_method() =>
        Assert.That(
            () => MethodArguments.Read<BasicQos>([]),
            Throws.AmqpError(ReplyCode.FrameError).With.Property(nameof(AmqpException.Cause)).EqualTo(BasicQos.Id));

    [Test]
    public void A_short_string_that_is_not_utf8_has_its_own_text() =>
        Assert.That(
            () => MethodArguments.Read<QueuePurge>([0, 0, 2, 0xFF, 0xFE, 0]),
            Throws.AmqpError(ReplyCode.FrameError, "Malformed UTF-8 in shortstr"));

    [Test]
    public void A_table_with_an_unknown_type_is_refused() =>
        Assert.That(
            () => MethodArguments.Read<QueueDeclare>([0, 0, 1, (byte)'q', 0, 0, 0, 0, 3, 1, (byte)'a', (byte)'Z']),
            Throws.AmqpError(ReplyCode.FrameError));

    [Test]
    public void Reserved_arguments_are_read_and_forgotten() =>
        Assert.That(
            MethodArguments.Read<ConnectionOpen>([1, (byte)'/', 3, (byte)'a', (byte)'b', (byte)'c', 1]),
            Is.EqualTo(new ConnectionOpen("/")));
}
