using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Protocol;

public class WireReaderTests
{
    [Test]
    public void Numbers_are_big_endian()
    {
        var reader = new WireReader([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);

        Assert.That(reader.ReadByte(), Is.EqualTo(0x01));
        Assert.That(reader.ReadUInt16(), Is.EqualTo(0x0203));
        Assert.That(reader.ReadUInt32(), Is.EqualTo(0x04050607));
        Assert.That(reader.ReadUInt64(), Is.EqualTo(0x08090A0B0C0D0E0F));
        Assert.That(reader.IsAtEnd, Is.True);
    }

    [Test]
    public void Bits_in_a_row_share_an_octet_lowest_first()
    {
        var reader = new WireReader([0b0000_0101]);

        Assert.That(new[] { reader.ReadBit(), reader.ReadBit(), reader.ReadBit() }, Is.EqualTo(new[] { true, false, true }));
        Assert.That(reader.IsAtEnd, Is.True);
    }

    [Test]
    public void Another_type_between_bits_starts_a_new_octet()
    {
        var reader = new WireReader([0b01, 7, 0b01]);

        Assert.That(reader.ReadBit(), Is.True);
        Assert.That(reader.ReadByte(), Is.EqualTo(7));
        Assert.That(new[] { reader.ReadBit(), reader.ReadBit() }, Is.EqualTo(new[] { true, false }));
    }

    [Test]
    public void The_ninth_bit_starts_a_new_octet()
    {
        var reader = new WireReader([0x00, 0x01]);
        for (int bit = 0; bit < 8; bit++)
            reader.ReadBit();

        Assert.That(reader.ReadBit(), Is.True);
    }

    [Test]
    public void A_short_string_is_utf8()
    {
        var reader = new WireReader([4, 0xC3, 0xBC, 0xC3, 0x9F]);

        Assert.That(reader.ReadShortString(), Is.EqualTo("üß"));
    }

    [TestCase(new byte[] { 0xFF })]
    [TestCase(new byte[] { 0xC3 })]
    [TestCase(new byte[] { 0xC0, 0x80 })]
    [TestCase(new byte[] { 0xED, 0xA0, 0x80 })]
    public void A_short_string_that_is_not_utf8_is_a_frame_error(byte[] text) =>
        Assert.That(
            () => new WireReader([(byte)text.Length, .. text]).ReadShortString(),
            Throws.AmqpError(ReplyCode.FrameError, "Malformed UTF-8 in shortstr"));

    [Test]
    public void A_long_string_is_any_bytes()
    {
        var reader = new WireReader([0, 0, 0, 2, 0xFF, 0xFE, 9]);

        Assert.That(reader.ReadLongString().ToArray(), Is.EqualTo(new byte[] { 0xFF, 0xFE }));
        Assert.That(reader.ReadByte(), Is.EqualTo(9));
    }

    [TestCase(0x00000003u)]
    [TestCase(0x7FFFFFFFu)]
    [TestCase(0x80000000u)]
    [TestCase(0xFFFFFFFFu)]
    public void A_long_string_longer_than_what_is_there_is_refused(uint length) =>
        Assert.That(
            () => new WireReader([(byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length, 1, 2])
                .ReadLongString()
                .ToArray(),
            Throws.AmqpError(ReplyCode.SyntaxError));

    [Test]
    public void A_short_string_longer_than_what_is_there_is_refused() =>
        Assert.That(() => new WireReader([3, (byte)'a', (byte)'b']).ReadShortString(), Throws.AmqpError(ReplyCode.SyntaxError));

    [Test]
    public void Reading_past_the_end_is_refused_by_every_type()
    {
        Assert.That(() => new WireReader([]).ReadByte(), Throws.AmqpError(ReplyCode.SyntaxError));
        Assert.That(() => new WireReader([]).ReadBit(), Throws.AmqpError(ReplyCode.SyntaxError));
        Assert.That(() => new WireReader([1]).ReadUInt16(), Throws.AmqpError(ReplyCode.SyntaxError));
        Assert.That(() => new WireReader([1, 2, 3]).ReadUInt32(), Throws.AmqpError(ReplyCode.SyntaxError));
        Assert.That(() => new WireReader([1, 2, 3, 4, 5, 6, 7]).ReadUInt64(), Throws.AmqpError(ReplyCode.SyntaxError));
        Assert.That(() => new WireReader([]).ReadShortString(), Throws.AmqpError(ReplyCode.SyntaxError));
        Assert.That(() => new WireReader([0, 0, 0]).ReadTable(), Throws.AmqpError(ReplyCode.SyntaxError));
    }
}
