using System.Text;
using System.Text.RegularExpressions;
using Amqp.Protocol;

namespace Amqp.Tests.Protocol;

public class ReplyTests
{
    [TestCase(ReplyCode.ContentTooLarge, false)]
    [TestCase(ReplyCode.NoConsumers, false)]
    [TestCase(ReplyCode.ConnectionForced, true)]
    [TestCase(ReplyCode.InvalidPath, true)]
    [TestCase(ReplyCode.AccessRefused, false)]
    [TestCase(ReplyCode.NotFound, false)]
    [TestCase(ReplyCode.ResourceLocked, false)]
    [TestCase(ReplyCode.PreconditionFailed, false)]
    [TestCase(ReplyCode.FrameError, true)]
    [TestCase(ReplyCode.SyntaxError, true)]
    [TestCase(ReplyCode.CommandInvalid, true)]
    [TestCase(ReplyCode.ChannelError, true)]
    [TestCase(ReplyCode.UnexpectedFrame, true)]
    [TestCase(ReplyCode.ResourceError, true)]
    [TestCase(ReplyCode.NotAllowed, true)]
    [TestCase(ReplyCode.NotImplemented, true)]
    [TestCase(ReplyCode.InternalError, true)]
    public void The_specs_hard_errors_close_the_connection_and_its_soft_ones_the_channel(ReplyCode code, bool closesConnection) =>
        Assert.That(new AmqpException(code, "").ClosesConnection, Is.EqualTo(closesConnection));

    [Test]
    public void A_reply_text_is_the_codes_name_and_the_explanation() =>
        Assert.That(
            new AmqpException(ReplyCode.NotFound, "no queue 'q' in vhost '/'").ReplyText,
            Is.EqualTo("NOT_FOUND - no queue 'q' in vhost '/'"));

    [Test]
    public void A_text_of_255_bytes_stays_whole() =>
        Assert.That(AmqpException.CutToShortString(new string('a', 255)), Is.EqualTo(new string('a', 255)));

    [Test]
    public void A_longer_text_keeps_252_bytes_and_ends_in_dots() =>
        Assert.That(AmqpException.CutToShortString(new string('a', 256)), Is.EqualTo(new string('a', 252) + "..."));

    [TestCase("é")]
    [TestCase("日")]
    [TestCase("🐇")]
    public void A_text_is_never_cut_inside_a_character(string character)
    {
        for (int offset = 0; offset < 4; offset++)
        {
            string cut = AmqpException.CutToShortString(new string('a', offset) + string.Concat(Enumerable.Repeat(character, 200)));

            Assert.That(Encoding.UTF8.GetByteCount(cut), Is.InRange(252, ShortString.MaxLength));
            Assert.That(cut[offset..^3].Replace(character, ""), Is.Empty);
        }
    }

    [Test]
    public void Every_code_has_its_own_name_in_capitals() =>
        Assert.That(
            Enum.GetValues<ReplyCode>().Select(code => code.Name()),
            Is.EqualTo(
                Enum.GetValues<ReplyCode>().Select(code => Regex.Replace($"{code}", "(?<=[a-z])(?=[A-Z])", "_").ToUpperInvariant())));
}
