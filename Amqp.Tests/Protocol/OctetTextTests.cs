using System.Text;
using Amqp.Protocol;
using FsCheck;
using FsCheck.Fluent;

namespace Amqp.Tests.Protocol;

/// <summary>Octets are converted to text and back.</summary>
public sealed class OctetTextTests
{
    [Test]
    public void Any_octets_come_back_as_they_were() =>
        Prop.ForAll(Generators.Bytes.ToArbitrary(), octets => OctetText.Encode(OctetText.Decode(octets)).AsSpan().SequenceEqual(octets))
            .QuickCheckThrowOnFailure();

    [Test]
    public void The_octets_of_a_text_are_counted_as_they_are_written() =>
        Prop.ForAll(Generators.Bytes.ToArbitrary(), octets => OctetText.Count(OctetText.Decode(octets)) == octets.Length)
            .QuickCheckThrowOnFailure();

    [Test]
    public void Every_sequence_of_two_octets_is_a_string_of_its_own()
    {
        var texts = Enumerable.Range(0, 65_536).Select(pair => OctetText.Decode([(byte)(pair >> 8), (byte)pair]));

        Assert.That(texts.Distinct().Count(), Is.EqualTo(65_536));
    }

    [TestCase("plain")]
    [TestCase("grün, 漢字, \U0001F600")]
    [TestCase("\uDBFF\uDC80")] // a surrogate pair whose second half looks like an escape
    public void Utf8_is_the_text_that_it_is_elsewhere(string text)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text);

        Assert.That(OctetText.Decode(octets), Is.EqualTo(text));
        Assert.That(OctetText.Encode(text), Is.EqualTo(octets));
    }

    [Test]
    public void A_lone_surrogate_that_stands_for_no_octet_becomes_the_replacement_character() =>
        Assert.That(OctetText.Encode("a\uD800b\uDC00"), Is.EqualTo(Encoding.UTF8.GetBytes("a\uFFFDb\uFFFD")));
}
