using System.Buffers;
using System.Text;
using Amqp.Protocol;
using Amqp.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Amqp.Tests.Protocol;

public class FrameWriterTests
{
    private static readonly byte[] _persistent = [0x10, 0x00, 0x02];

    [Test]
    public void A_method_frame_is_type_channel_size_ids_arguments_and_end() =>
        Assert.That(
            Convert.ToHexString(Encoded.Frame(0x0102, new BasicCancelOk("tag"))),
            Is.EqualTo("01" + "0102" + "00000008" + "003C" + "001F" + "03746167" + "CE"));

    [Test]
    public void Content_is_a_header_frame_and_a_body_frame() =>
        Assert.That(
            Convert.ToHexString(Content("hi"u8.ToArray(), 4096)),
            Is.EqualTo(
                "02" + "0001" + "0000000F" + "003C" + "0000" + "0000000000000002" + "100002" + "CE" +
                "03" + "0001" + "00000002" + "6869" + "CE"));

    [Test]
    public void Content_without_a_body_is_a_header_frame_alone() =>
        Assert.That(
            Convert.ToHexString(Content([], 4096)),
            Is.EqualTo("02" + "0001" + "0000000F" + "003C" + "0000" + "0000000000000000" + "100002" + "CE"));

    [TestCase(4087, 1)]
    [TestCase(4088, 1)]
    [TestCase(4089, 2)]
    [TestCase(8176, 2)]
    [TestCase(8177, 3)]
    public void A_body_is_split_where_the_frame_max_says(int length, int bodyFrames)
    {
        var frames = Read(Content(new byte[length], 4096));

        Assert.That(frames.Skip(1).Select(frame => frame.Type), Is.EqualTo(Enumerable.Repeat(FrameType.Body, bodyFrames)));
        Assert.That(frames.Select(frame => frame.Payload.Length), Has.All.LessThanOrEqualTo(4096 - Frame.Overhead));
    }

    [Test]
    public void A_body_of_any_length_in_frames_of_any_size_comes_back_together() =>
        Prop.ForAll(
            Gen.Choose(0, 200_000).Zip(Gen.Choose(Frame.MinSize, 140_000)).ToArbitrary(),
            (size) =>
            {
                byte[] body = RandomBytes(size.Item1);
                var frames = Read(Content(body, size.Item2));

                Assert.That(ContentHeader.Read(frames[0].Payload).BodySize, Is.EqualTo((ulong)body.Length));
                Assert.That(frames.Skip(1).SelectMany(frame => frame.Payload).SequenceEqual(body), Is.True);
            }).QuickCheckThrowOnFailure();

    [TestCase(0, 4096)]
    [TestCase(4088, 4096)]
    [TestCase(4089, 4096)]
    [TestCase(8176, 4096)]
    [TestCase(8177, 4096)]
    [TestCase(100_000, 4096)]
    [TestCase(100_000, 131_072)]
    public void The_size_of_content_is_known_beforehand(int length, int frameMax) =>
        Assert.That(ContentFrames.SizeOf(_persistent.Length, length, frameMax), Is.EqualTo(Content(new byte[length], frameMax).Length));

    [TestCase(0)]
    [TestCase(4089)]
    [TestCase(100_000)]
    public void Content_written_into_a_span_is_the_same(int length)
    {
        byte[] body = RandomBytes(length);
        byte[] span = new byte[ContentFrames.SizeOf(_persistent.Length, length, 4096)];

        ContentFrames.Write(span, 1, _persistent, body, 4096);

        Assert.That(span, Is.EqualTo(Content(body, 4096)));
    }

    [Test]
    public void A_delivery_written_into_a_span_is_basic_deliver() =>
        Prop.ForAll(
            Generators.ShortStrings.ArrayOf(3).ToArbitrary(),
            Generators.Bits.ToArbitrary(),
            (strings, bits) =>
            {
                var deliver = new BasicDeliver(strings[0], bits, (bits & 1) != 0, strings[1], strings[2]);
                var address = new ArrayBufferWriter<byte>();
                new WireWriter(address).WriteShortString(deliver.Exchange);
                new WireWriter(address).WriteShortString(deliver.RoutingKey);
                byte[] tag = Encoding.UTF8.GetBytes(deliver.ConsumerTag);
                byte[] span = new byte[DeliverFrame.SizeOf(tag.Length, address.WrittenCount)];

                DeliverFrame.Write(span, (ushort)(bits >> 8), tag, deliver.DeliveryTag, deliver.Redelivered, address.WrittenSpan);

                return span.AsSpan().SequenceEqual(Encoded.Frame((ushort)(bits >> 8), deliver));
            }).QuickCheckThrowOnFailure();

    private static byte[] Content(byte[] body, int frameMax)
    {
        var output = new ArrayBufferWriter<byte>();
        new FrameWriter(output).WriteContent(1, _persistent, body, frameMax);
        return output.WrittenSpan.ToArray();
    }

    private static List<(FrameType Type, byte[] Payload)> Read(byte[] bytes)
    {
        var frames = new List<(FrameType, byte[])>();
        var reader = new FrameReader { FrameMax = 200_000 };
        var buffer = new ReadOnlySequence<byte>(bytes);
        while (reader.TryRead(ref buffer, out var frame))
            frames.Add((frame.Type, frame.Payload.ToArray()));
        Assert.That(buffer.IsEmpty, Is.True);
        return frames;
    }

    private static byte[] RandomBytes(int length)
    {
        byte[] bytes = new byte[length];
        new System.Random(length).NextBytes(bytes);
        return bytes;
    }
}
