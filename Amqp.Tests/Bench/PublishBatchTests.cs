using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Amqp.Protocol;
using Amqp.Server.Bench;

namespace Amqp.Tests.Bench;

/// <summary>The load tool encodes a batch of publishes as the frames that a broker expects.</summary>
public sealed class PublishBatchTests
{
    private const long Due = 0x0102030405060708;

    [TestCase("Default", 126, "", "bench-042")]
    [TestCase("Direct", 126, "bench-exchange", "bench-042")]
    [TestCase("Topic", 126, "bench-exchange", "bench.042.made")]
    [TestCase("Headers", 126, "bench-exchange", "")]
    [TestCase("Fanout", 126, "bench-exchange", "")]
    [TestCase("Default", 3, "", "bench-042")]
    [TestCase("Default", 0, "", "bench-042")]
    [TestCase("Default", 20_000, "", "bench-042")]
    public void A_message_says_its_queue_and_when_it_was_due(string type, int size, string exchange, string routingKey)
    {
        var load = new Workload { Queues = 101, Exchange = Enum.Parse<ExchangeKind>(type), Size = size, IsPersistent = true };
        var batch = new PublishBatch(load, new LoadTopology(load), Frame.MinSize);

        batch.Prepare(0, 5, 0);
        batch.Prepare(1, Due, 42);

        Assert.That(batch.Capacity, Is.GreaterThan(1));
        byte[] both = batch.First(2).ToArray();
        ReadOnlySequence<byte> second = new(both, both.Length / 2, both.Length / 2);
        var reader = new FrameReader { FrameMax = Frame.MinSize };
        reader.TryRead(ref second, out Frame method);
        var publish = MethodArguments.Read<BasicPublish>(method.Payload[4..]);
        Assert.That((publish.Exchange, publish.RoutingKey), Is.EqualTo((exchange, routingKey)));
        reader.TryRead(ref second, out Frame frame);
        var header = ContentHeader.Read(frame.Payload);
        var properties = BasicProperties.Read(header.Properties);
        Assert.That((header.BodySize, properties.DeliveryMode), Is.EqualTo(((ulong)size, (byte)2)));
        Assert.That(properties.Headers?["queue"]?.AsString(), Is.EqualTo(type == "Headers" ? "042" : null));
        var body = new List<byte>();
        while (reader.TryRead(ref second, out Frame part))
            body.AddRange(part.Payload);
        Assert.That((body.Count, second.Length), Is.EqualTo((size, 0L)));
        if (size >= 8)
            Assert.That(BinaryPrimitives.ReadInt64LittleEndian(body.ToArray()), Is.EqualTo(Due));
    }

    [Test]
    public void Every_queue_gets_its_own_name_in_as_many_digits()
    {
        var load = new Workload { Queues = 11 };
        var batch = new PublishBatch(load, new LoadTopology(load), LoadConnection.DefaultFrameMax);
        for (int queue = 0; queue < 11; queue++)
            batch.Prepare(queue, Due, queue);

        string text = Encoding.Latin1.GetString(batch.First(11));

        for (int queue = 0; queue < 11; queue++)
            Assert.That(text, Does.Contain($"bench-{queue:00}"));
    }
}
