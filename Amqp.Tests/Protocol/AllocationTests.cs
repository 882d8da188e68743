using System.Buffers;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Protocol;

/// <summary>Reading and writing messages allocates no memory.</summary>
public class AllocationTests
{
    private static readonly byte[] _properties = Encoded.Properties(new BasicProperties
    {
        ContentType = "text/plain",
        Headers = FieldTable.Empty.With("n", FieldValue.FromInt32(1)).With("t", FieldValue.FromTable(FieldTable.Empty)),
        DeliveryMode = 2,
        MessageId = "id",
    });

    private static readonly byte[] _publish =
    [
        .. Encoded.Frame(1, new BasicPublish("exchange", "key", true, false)),
        .. Encoded.Frame(FrameType.Header, 1, Encoded.Header(5, _properties)),
        .. Encoded.Frame(FrameType.Body, 1, "hello"u8),
    ];

    [Test]
    public void Reading_frames_allocates_nothing()
    {
        var reader = new FrameReader();
        var bytes = new ReadOnlySequence<byte>(_publish);

        Assert.That(Allocations.Of(() =>
        {
            var buffer = bytes;
            while (reader.TryRead(ref buffer, out _))
            {
            }
        }), Is.Zero);
    }

    [Test]
    public void Reading_frames_that_come_in_pieces_allocates_nothing()
    {
        var reader = new FrameReader();
        var pieces = Sequences.Cut(_publish, 3, 20, 40);

        Assert.That(Allocations.Of(() =>
        {
            var buffer = pieces;
            while (reader.TryRead(ref buffer, out _))
            {
            }
        }), Is.Zero);
    }

    [Test]
    public void Reading_a_publish_allocates_nothing()
    {
        byte[] arguments = Encoded.Arguments(new BasicPublish("exchange", "key", true, false));
        byte[] header = Encoded.Header(5, _properties);

        Assert.That(Allocations.Of(() =>
        {
            PublishAddress.Read(arguments);
            var properties = EncodedProperties.Read(ContentHeader.Read(header).Properties);
            EncodedFieldTable.TryFind(properties.Headers, "CC"u8, out _);
        }), Is.Zero);
    }

    [Test]
    public void Reading_an_acknowledgement_allocates_nothing()
    {
        byte[] arguments = Encoded.Arguments(new BasicAck(1, true));

        Assert.That(Allocations.Of(() => MethodArguments.Read<BasicAck>(arguments)), Is.Zero);
    }

    [Test]
    public void Writing_a_delivery_allocates_nothing()
    {
        byte[] output = new byte[4096];
        byte[] body = new byte[100];

        Assert.That(Allocations.Of(() =>
        {
            DeliverFrame.Write(output, 1, "tag"u8, 1, false, "\u0001x\u0001k"u8);
            ContentFrames.Write(output.AsSpan(DeliverFrame.SizeOf(3, 4)), 1, _properties, body, 4096);
        }), Is.Zero);
    }

    [Test]
    public void Writing_a_confirm_allocates_nothing()
    {
        var output = new ArrayBufferWriter<byte>(4096);
        var writer = new FrameWriter(output);

        Assert.That(Allocations.Of(() =>
        {
            output.ResetWrittenCount();
            writer.WriteMethod(1, new BasicAck(1, true));
        }), Is.Zero);
    }
}
