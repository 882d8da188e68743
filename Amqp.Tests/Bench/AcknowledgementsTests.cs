using System.Buffers.Binary;
using Amqp.Protocol;
using Amqp.Server.Bench;

namespace Amqp.Tests.Bench;

/// <summary>The load tool writes a batch of acknowledgements to its socket at once, or each acknowledgement by itself.</summary>
public sealed class AcknowledgementsTests
{
    private const int FrameSize = 21; // octets of a basic.ack frame: type, channel, size, class, method, tag, bits and end

    private readonly List<byte[]> _writes = [];
    private int _room = int.MaxValue;

    [SetUp]
    public void Begin()
    {
        _writes.Clear();
        _room = int.MaxValue;
    }

    [Test]
    public void A_batch_is_one_write_of_all_of_them()
    {
        Acknowledgements acknowledgements = Of(AckWrite.Batch);

        Add(acknowledgements, 1, 2, 3);
        Assert.That(_writes, Is.Empty);
        acknowledgements.Flush();

        Assert.That(_writes.Select(Tags), Is.EqualTo(new[] { "1 2 3" }));
    }

    [Test]
    public void Each_is_a_write_of_its_own_and_at_once()
    {
        Acknowledgements acknowledgements = Of(AckWrite.Each);

        Add(acknowledgements, 1, 2, 3);
        acknowledgements.Flush();

        Assert.That(_writes.Select(Tags), Is.EqualTo(new[] { "1", "2", "3" }));
    }

    [Test]
    public void A_socket_that_takes_only_a_part_is_asked_again_at_the_end_of_the_read_and_gets_all_of_it([Values] bool isEach)
    {
        Acknowledgements acknowledgements = Of(isEach ? AckWrite.Each : AckWrite.Batch);
        _room = 5;

        Add(acknowledgements, [.. Enumerable.Range(1, 1000).Select(tag => (ulong)tag)]);
        acknowledgements.Flush();
        Assert.That(_writes, Has.Count.EqualTo(isEach ? 2 : 1), "the first tag alone, and then the tags that fitted");
        _room = int.MaxValue;
        acknowledgements.Flush();

        Assert.That(acknowledgements.Waiting.IsEmpty, Is.True);
        Assert.That(Tags([.. _writes.SelectMany(bytes => bytes)]), Is.EqualTo(string.Join(' ', Enumerable.Range(1, 1000))));
    }

    [Test]
    public void The_rest_is_acknowledged_up_to_its_tag([Values] bool isMultiple)
    {
        var acknowledgements = new Acknowledgements(isMultiple, AckWrite.Each, Take);

        acknowledgements.Add(1);
        acknowledgements.Add(7, upTo: true);

        Assert.That(_writes.Select(IsMultiple), Is.EqualTo(new[] { isMultiple, true }));
    }

    private Acknowledgements Of(AckWrite write) => new(isMultiple: false, write, Take);

    private static void Add(Acknowledgements acknowledgements, params ulong[] tags) =>
        Array.ForEach(tags, tag => acknowledgements.Add(tag));

    private int Take(ReadOnlySpan<byte> bytes)
    {
        int taken = Math.Min(bytes.Length, _room);
        _writes.Add(bytes[..taken].ToArray());
        return taken;
    }

    private static string Tags(byte[] bytes) =>
        string.Join(' ', bytes.Chunk(FrameSize).Select(frame => BinaryPrimitives.ReadUInt64BigEndian(frame.AsSpan(Frame.HeaderSize + 4))));

    private static bool IsMultiple(byte[] frame) => frame[^2] == 1;
}
