using System.Buffers.Binary;
using Amqp.Protocol;
using Amqp.Server.Bench;
using Amqp.Tests.Support;

namespace Amqp.Tests.Bench;

/// <summary>The scanner finds all messages in a stream of octets, even if the socket returns the stream in small pieces.</summary>
public sealed class DeliveryScanTests
{
    private static readonly byte[] _stream =
    [
        .. Encoded.Frame(1, new BasicDeliver("tag", 7, false, "", "key")), .. Content(Due(111)),
        .. Encoded.Frame(FrameType.Heartbeat, 0, []),
        .. Encoded.Frame(1, new BasicDeliver("", 8, true, "x", "")), .. Content(),
        .. Encoded.Frame(1, new BasicDeliver("another tag", ulong.MaxValue - 1, false, "", "key")),
        .. Content(Due(222), "more of it"u8.ToArray(), "xx"u8.ToArray()),
        .. Encoded.Frame(1, new BasicDeliver("tag", 9, false, "", "key")),
        .. Content("abc"u8.ToArray()),
    ];

    private static readonly string[] _messages = ["7 due 111", "8 due 0", "18446744073709551614 due 222", "9 due 0"];

    [Test]
    public void Messages_are_found_wherever_the_bytes_are_split()
    {
        for (int first = 0; first <= _stream.Length; first++)
            for (int second = first; second <= _stream.Length; second++)
                Assert.That(
                    Scan(_stream[..first], _stream[first..second], _stream[second..]),
                    Is.EqualTo(_messages),
                    $"split at {first} and {second}");
    }

    [Test]
    public void Messages_are_found_when_every_byte_comes_alone() =>
        Assert.That(Scan([.. _stream.Select(octet => new[] { octet })]), Is.EqualTo(_messages));

    [Test]
    public void A_buffer_that_is_filled_many_times_over_loses_nothing()
    {
        const int times = 500; // 500 copies of the stream are far more than the buffer holds
        byte[] much = [.. Enumerable.Repeat(_stream, times).SelectMany(stream => stream)];

        foreach (int piece in new[] { 1, 7, 100, 4096, 8000 })
            Assert.That(Scan([.. much.Chunk(piece)]), Has.Count.EqualTo(times * _messages.Length), $"in pieces of {piece}");
    }

    [Test]
    public void What_is_no_frame_is_said_to_be_none()
    {
        Assert.That(
            () => Scan("HTTP/1.1 400 Bad Request\r\n"u8.ToArray()),
            Throws.TypeOf<LoadException>().With.Message.Contains("does not speak AMQP"));
        byte[] endless = Encoded.Frame(1, new BasicQosOk());
        endless[^1] = 0;
        Assert.That(() => Scan(endless), Throws.TypeOf<LoadException>().With.Message.Contains("without its end"));
    }

    [Test]
    public void A_consumer_that_the_broker_cancels_is_an_error() =>
        Assert.That(
            () => Scan(Encoded.Frame(1, new BasicCancel("tag", true))),
            Throws.TypeOf<LoadException>().With.Message.Contains("cancelled a consumer"));

    private static byte[] Due(long at)
    {
        byte[] bytes = new byte[10];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, at);
        return bytes;
    }

    private static byte[] Content(params byte[][] bodies) =>
    [
        .. Encoded.Frame(FrameType.Header, 1, Encoded.Header((ulong)bodies.Sum(body => body.Length), [0x10, 0, 1])),
        .. bodies.SelectMany(body => Encoded.Frame(FrameType.Body, 1, body)),
    ];

    private static List<string> Scan(params byte[][] pieces)
    {
        var buffer = new FrameBuffer(Frame.MinSize);
        var scanner = new DeliveryScanner();
        var found = new List<string>();
        foreach (byte[] piece in pieces)
        {
            // The loop passes as many octets as fit into the buffer, as a socket would.
            for (ReadOnlySpan<byte> rest = piece; !rest.IsEmpty;)
            {
                Span<byte> room = buffer.Room;
                int count = Math.Min(room.Length, rest.Length);
                rest[..count].CopyTo(room);
                buffer.Filled(count);
                rest = rest[count..];
                while (buffer.TryTake(out Frame frame))
                    if (scanner.Take(frame))
                        found.Add($"{scanner.DeliveryTag} due {scanner.DueAt}");
            }
        }
        return found;
    }
}
