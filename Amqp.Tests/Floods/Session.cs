using System.Text;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Floods;

/// <summary>Frames of valid sessions. A client can send them without waiting for answers.</summary>
internal static class Session
{
    private const int Queues = 20;

    /// <summary>The frames of a client from the protocol header to connection.open. The client logs in as guest.</summary>
    public static IReadOnlyList<byte[]> Handshake { get; } =
    [
        ProtocolHeader.Amqp091.ToArray(),
        Encoded.Frame(0, new ConnectionStartOk(RawHandshake.ClientProperties, "PLAIN", "\0guest\0guest"u8.ToArray(), "en_US")),
        Encoded.Frame(0, new ConnectionTuneOk(2047, 131_072, 60)),
        Encoded.Frame(0, new ConnectionOpen("/")),
    ];

    /// <summary>
    /// Returns frames that a client sends after connection.open. The client declares, binds, publishes, consumes, settles and closes.
    /// </summary>
    public static IReadOnlyList<byte[]> Random(Random random)
    {
        string queue = $"mutated.{random.Next(Queues)}", exchange = $"mutated.x.{random.Next(Queues)}";
        // The arguments limit what remains after a session: the broker deletes excess messages and unused queues.
        var arguments = FieldTable.Empty.With("x-max-length", FieldValue.FromInt32(100)).With("x-expires", FieldValue.FromInt32(60_000));
        var routing = FieldTable.Empty.With("x-match", FieldValue.FromString("any")).With("n", FieldValue.FromInt32(1));
        List<byte[]> frames =
        [
            Encoded.Frame(1, new ChannelOpen()),
            Encoded.Frame(1, new QueueDeclare(queue, false, false, false, false, false, arguments)),
            Encoded.Frame(1, new ExchangeDeclare(exchange, "headers", false, false, true, false, false, FieldTable.Empty)),
            Encoded.Frame(1, new QueueBind(queue, exchange, "key", false, routing)),
            random.Next(3) == 0 ? Encoded.Frame(1, new TxSelect()) : Encoded.Frame(1, new ConfirmSelect(false)),
        ];
        frames.Add(Encoded.Frame(1, new BasicQos(0, 10, random.Next(2) == 0)));
        for (int i = random.Next(4); i >= 0; i--)
            frames.AddRange(Publish(random, random.Next(2) == 0 ? "" : exchange, queue));
        frames.Add(Encoded.Frame(1, new BasicGet(queue, false)));
        frames.Add(Encoded.Frame(1, new BasicConsume(queue, "tag", false, random.Next(2) == 0, false, false, FieldTable.Empty)));
        frames.AddRange(Publish(random, "", queue));
        frames.Add(Encoded.Frame(1, new BasicNack(0, true, random.Next(2) == 0)));
        frames.Add(Encoded.Frame(1, new BasicAck(0, true)));
        frames.Add(Encoded.Frame(1, new BasicCancel("tag", false)));
        frames.Add(Encoded.Frame(1, new QueueUnbind(queue, exchange, "key", routing)));
        frames.Add(Encoded.Frame(1, new QueuePurge(queue, false)));
        if (random.Next(4) == 0)
            frames.Add(Encoded.Frame(1, new QueueDelete(queue, false, false, false)));
        frames.Add(Encoded.Frame(1, new ChannelClose(200, "", 0, 0)));
        frames.Add(Encoded.Frame(0, new ConnectionClose(200, "", 0, 0)));
        return frames;
    }

    private static IEnumerable<byte[]> Publish(Random random, string exchange, string key)
    {
        byte[] body = Encoding.UTF8.GetBytes(new string('x', random.Next(3) * 100));
        var properties = new BasicProperties
        {
            ContentType = "text/plain",
            DeliveryMode = (byte)random.Next(1, 3),
            Priority = 5,
            Expiration = "1000",
            Timestamp = 1,
            Headers = FieldTable.Empty
                .With("n", FieldValue.FromInt32(1))
                .With("CC", FieldValue.FromArray([FieldValue.FromString("other")]))
                .With("nested", FieldValue.FromTable(FieldTable.Empty.With("void", FieldValue.Void))),
        };
        yield return Encoded.Frame(1, new BasicPublish(exchange, key, true, false));
        yield return Encoded.Frame(FrameType.Header, 1, Encoded.Header((ulong)body.Length, Encoded.Properties(properties)));
        if (body.Length > 0)
            yield return Encoded.Frame(FrameType.Body, 1, body);
    }
}
