using Amqp.Server.Problems;

namespace Amqp.Tests.Problems;

/// <summary>The numbers in the texts about problems.</summary>
public sealed class WordsTests
{
    [TestCase(999, "0 s")]
    [TestCase(119_000, "119 s")]
    [TestCase(120_000, "2 min")]
    [TestCase(7_199_000, "119 min")]
    [TestCase(7_200_000, "2 h")]
    [TestCase(7_800_000, "2 h 10 min")]
    [TestCase(172_800_000, "2 days")]
    [TestCase(1e300, "53,375,995,583 days")]
    public void A_time(double milliseconds, string text) => Assert.That(Words.Time(milliseconds), Is.EqualTo(text));

    [TestCase(0, "0 bytes")]
    [TestCase(1_023, "1023 bytes")]
    [TestCase(1_536, "1.5 KiB")]
    [TestCase(200L << 20, "200 MiB")]
    [TestCase(long.MaxValue, "8 EiB")]
    public void Bytes(long bytes, string text) => Assert.That(Words.Bytes(bytes), Is.EqualTo(text));

    [TestCase(0.14, "0.1 messages/s")]
    [TestCase(320.4, "320 messages/s")]
    [TestCase(12_301.0, "12,301 messages/s")]
    public void A_rate(double rate, string text) => Assert.That(Words.Rate(rate), Is.EqualTo(text));

    [TestCase(1, "1 message")]
    [TestCase(12_301, "12,301 messages")]
    public void A_count(long number, string text) => Assert.That(Words.Count(number, "message"), Is.EqualTo(text));

    [TestCase(61, 100, "61 %")]
    [TestCase(1, 0, "100 %")]
    public void A_share(double part, double whole, string text) => Assert.That(Words.Share(part, whole), Is.EqualTo(text));
}
