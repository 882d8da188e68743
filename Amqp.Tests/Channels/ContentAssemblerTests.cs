using Amqp.Protocol;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Channels;
using Amqp.Tests.Support;

namespace Amqp.Tests.Channels;

/// <summary>
/// The parts of a message take memory while they arrive. The assembler releases this memory when the message is complete.
/// </summary>
public sealed class ContentAssemblerTests
{
    private const int Part = 100_000;

    /// <summary>
    /// A channel keeps the buffer of a small head for its next message. A large buffer is not kept, because most heads are small.
    /// </summary>
    [TestCase(100, true)]
    [TestCase(100_000, false)]
    public void The_room_of_a_small_head_is_kept_for_the_next_and_that_of_a_large_one_is_not(int headers, bool isKept)
    {
        var held = new HeldMemory();
        var content = new ContentAssembler(held);
        Begin(content, bodySize: 0, headers);
        Assert.That(held.Bytes, Is.GreaterThan(headers));

        content.Release();

        Assert.That(held.Bytes, isKept ? Is.GreaterThan(headers) : Is.Zero);
        Begin(content, bodySize: 0, headers: 100);
        content.Close();
        Assert.That(held.Bytes, Is.Zero);
    }

    /// <summary>
    /// A body that arrives in several parts is collected in a buffer. Small buffers come from a pool, large buffers do not.
    /// </summary>
    [TestCase(1, 0)]
    [TestCase(4, 524_288)]
    [TestCase(10, 10 * Part)]
    public void A_body_takes_about_what_has_arrived_no_more_than_is_to_come_and_nothing_afterwards(int parts, int most)
    {
        var held = new HeldMemory();
        var content = new ContentAssembler(held);
        Begin(content, (ulong)(parts * Part), headers: 0);
        long head = held.Bytes, peak = 0;
        byte[] whole = [.. Enumerable.Range(0, parts * Part).Select(octet => (byte)(octet % 251))];

        for (int part = 0; part < parts; part++)
        {
            bool isWhole = content.TakeBody(whole.AsSpan(part * Part, Part), out var body);
            Assert.That(isWhole, Is.EqualTo(part == parts - 1));
            Assert.That(body.SequenceEqual(whole.AsSpan(0, (part + 1) * Part)));
            peak = Math.Max(peak, held.Bytes - head);
            Assert.That(peak, Is.LessThanOrEqualTo(4 * (part + 1) * Part), "memory grows with the received octets");
        }
        Assert.That(peak, Is.EqualTo(most));
        Assert.That(content.IsExpectingContent, Is.False);

        content.Release();
        Assert.That(held.Bytes, Is.EqualTo(head));
    }

    private static void Begin(ContentAssembler content, ulong bodySize, int headers)
    {
        content.Begin(PublishAddress.Read(Encoded.Arguments(new BasicPublish("x", "k", false, false))));
        var properties = Encoded.Properties(new() { Headers = FieldTable.Empty.With("h", FieldValue.FromBytes(new byte[headers])) });
        Assert.That(content.TakeHeader(ContentHeader.Read(Encoded.Header(bodySize, properties))), Is.EqualTo(bodySize == 0));
    }
}
