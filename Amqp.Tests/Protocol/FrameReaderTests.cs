using System.Buffers;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Protocol;

public class FrameReaderTests
{
    private static readonly byte[] _threeFrames =
    [
        .. Encoded.Frame(1, new BasicPublish("x", "key", Mandatory: true, Immediate: false)),
        .. Encoded.Frame(FrameType.Header, 1, Encoded.Header(5, [0, 0])),
        .. Encoded.Frame(FrameType.Body, 1, "hello"u8),
    ];

    [Test]
    public void Frames_are_the_same_wherever_the_bytes_are_split()
    {
        var whole = ReadAll(new ReadOnlySequence<byte>(_threeFrames));

        for (int first = 0; first <= _threeFrames.Length; first++)
            for (int second = first; second <= _threeFrames.Length; second++)
                Assert.That(ReadAll(Sequences.Cut(_threeFrames, first, second)), Is.EqualTo(whole), $"split at {first} and {second}");
    }

    [Test]
    public void Frames_are_the_same_when_every_byte_comes_alone() =>
        Assert.That(ReadAll(Sequences.CutEverywhere(_threeFrames)), Is.EqualTo(ReadAll(new ReadOnlySequence<byte>(_threeFrames))));

    [Test]
    public void A_frame_is_taken_only_when_all_of_it_is_there()
    {
        byte[] frame = Encoded.Frame(3, new BasicQos(0, 10, false));
        for (int length = 0; length < frame.Length; length++)
        {
            var buffer = new ReadOnlySequence<byte>(frame, 0, length);
            Assert.That(new FrameReader().TryRead(ref buffer, out _), Is.False);
            Assert.That(buffer.Length, Is.EqualTo(length), "the buffer is unchanged");
        }
    }

    [Test]
    public void A_frame_has_its_type_channel_and_payload()
    {
        var buffer = new ReadOnlySequence<byte>(Convert.FromHexString("03" + "0102" + "00000002" + "ABCD" + "CE" + "FF"));

        Assert.That(new FrameReader().TryRead(ref buffer, out var frame), Is.True);
        Assert.That(frame.Type, Is.EqualTo(FrameType.Body));
        Assert.That(frame.Channel, Is.EqualTo(0x0102));
        Assert.That(frame.Payload.ToArray(), Is.EqualTo(new byte[] { 0xAB, 0xCD }));
        Assert.That(buffer.Length, Is.EqualTo(1), "the bytes after the frame are left");
    }

    [Test]
    public void A_frame_in_one_piece_is_not_copied()
    {
        byte[] bytes = Encoded.Frame(FrameType.Body, 1, "hello"u8);
        var buffer = new ReadOnlySequence<byte>(bytes);

        new FrameReader().TryRead(ref buffer, out var frame);
        bytes[Frame.HeaderSize] = (byte)'J';

        Assert.That(frame.Payload.ToArray(), Is.EqualTo("Jello"u8.ToArray()));
    }

    [Test]
    public void A_heartbeat_is_an_empty_frame_of_type_8()
    {
        var output = new ArrayBufferWriter<byte>();

        new FrameWriter(output).WriteHeartbeat();

        Assert.That(Convert.ToHexString(output.WrittenSpan), Is.EqualTo("08" + "0000" + "00000000" + "CE"));
    }

    [TestCase("09" + "0001" + "00000000" + "CE", "type 9, all octets = <<>>: unknown_frame")]
    [TestCase("00" + "0000" + "00000005" + "68656C6C6F" + "CE", "type 0, all octets = <<\"hello\">>: unknown_frame")]
    [TestCase("04" + "0000" + "00000002" + "0102" + "CE", "type 4, all octets = <<1,2>>: unknown_frame")]
    [TestCase("08" + "0000" + "00000003" + "616263" + "CE", "type 8, all octets = <<\"abc\">>: unknown_frame")]
    [TestCase("01" + "0001" + "00000003" + "003C00" + "CE", "type 1, all octets = <<0,60,0>>: unknown_frame")]
    [TestCase("02" + "0001" + "00000005" + "003C000000" + "CE", "type 2, all octets = <<0,60,0,0,0>>: unknown_frame")]
    [TestCase("01" + "0001" + "00000004" + "003C000A" + "00", "type 1, all octets = <<0,60,0,10>>: {invalid_frame_end_marker,0}")]
    [TestCase("08" + "0000" + "00000000" + "41", "type 8, all octets = <<>>: {invalid_frame_end_marker,65}")]
    [TestCase(
        "03" + "0001" + "00000014" + "303132333435363738394142434445464748494A" + "CD",
        "type 3, first 16 octets = <<\"0123456789ABCDEF\">>: {invalid_frame_end_marker,205}")]
    public void A_malformed_frame_is_answered_in_rabbitmqs_words(string hex, string text)
    {
        byte[] bytes = Convert.FromHexString(hex);

        Assert.That(() => ReadAll(new ReadOnlySequence<byte>(bytes)), Throws.AmqpError(ReplyCode.FrameError, text));
        Assert.That(() => ReadAll(Sequences.CutEverywhere(bytes)), Throws.AmqpError(ReplyCode.FrameError, text));
    }

    [TestCase(new byte[] { 9, 0, 0, 0, 0, 0, 0, 0xCE })]
    [TestCase(new byte[] { 8, 0, 0, 0, 0, 0, 0, 0x00 })]
    public void What_follows_a_malformed_frame_can_still_be_read(byte[] malformed)
    {
        var reader = new FrameReader();
        byte[] bytes = [.. malformed, .. Encoded.Frame(0, new ConnectionCloseOk())];
        var buffer = new ReadOnlySequence<byte>(bytes);

        Assert.That(() => reader.TryRead(ref buffer, out _), Throws.AmqpError(ReplyCode.FrameError));

        Assert.That(reader.TryRead(ref buffer, out var frame), Is.True);
        Assert.That(frame.Type, Is.EqualTo(FrameType.Method));
    }

    [Test]
    public void A_frame_that_is_too_large_is_refused_at_its_header() =>
        Assert.That(
            () => ReadAll(new ReadOnlySequence<byte>(Convert.FromHexString("01" + "0001" + "00001001"))),
            Throws.AmqpError(ReplyCode.FrameError, "type 1, all octets = <<>>: {frame_too_large,4097,4088}"));

    [Test]
    public void Eight_bytes_too_many_are_forgiven()
    {
        byte[] bytes = Encoded.Frame(FrameType.Body, 1, new byte[4096]);

        Assert.That(ReadAll(new ReadOnlySequence<byte>(bytes)), Has.Count.EqualTo(1));
    }

    [Test]
    public void A_size_with_the_highest_bit_set_is_too_large() =>
        Assert.That(
            () => ReadAll(new ReadOnlySequence<byte>(Convert.FromHexString("01" + "0001" + "FFFFFFFF"))),
            Throws.AmqpError(ReplyCode.FrameError, "type 1, all octets = <<>>: {frame_too_large,4294967295,4088}"));

    [Test]
    public void Frame_max_can_be_raised_between_frames()
    {
        var reader = new FrameReader();
        var buffer = new ReadOnlySequence<byte>(Encoded.Frame(FrameType.Body, 1, new byte[100_000]));
        Assert.That(() => reader.TryRead(ref buffer, out _), Throws.AmqpError(ReplyCode.FrameError));

        reader.FrameMax = 131_072;

        Assert.That(reader.TryRead(ref buffer, out _), Is.True);
    }

    private static List<string> ReadAll(ReadOnlySequence<byte> buffer)
    {
        var frames = new List<string>();
        var reader = new FrameReader();
        while (reader.TryRead(ref buffer, out var frame))
            frames.Add($"{frame.Type} {frame.Channel} {Convert.ToHexString(frame.Payload)}");
        return frames;
    }
}
