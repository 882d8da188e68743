using System.Buffers;
using System.Text;
using Amqp.Protocol;

namespace Amqp.Tests.Migration;

/// <summary>Messages with all kinds of properties.</summary>
internal static class TestMessages
{
    /// <summary>Returns messages with different properties and bodies, in the order of their numbers.</summary>
    public static IEnumerable<(byte[] Properties, byte[] Body)> Of(string queue, int from, int count, int largeEvery = int.MaxValue) =>
        Enumerable.Range(from, count).Select(i => (Encode(Properties(i)), Body($"{queue} {i}", i % largeEvery == 7 ? 1 << 20 : i % 100)));

    public static byte[] Encode(BasicProperties properties)
    {
        var encoded = new ArrayBufferWriter<byte>();
        properties.Write(encoded);
        return encoded.WrittenSpan.ToArray();
    }

    private static byte[] Body(string name, int room)
    {
        byte[] body = new byte[name.Length + room];
        Encoding.UTF8.GetBytes(name, body);
        return body;
    }

    private static BasicProperties Properties(int i) => new()
    {
        DeliveryMode = 2,
        Headers = i % 3 == 0 ? null : Headers(i),
        Priority = i % 4 == 0 ? null : (byte)(i % 6),
        ContentType = i % 5 == 0 ? "text/plain" : null,
        ContentEncoding = i % 5 == 1 ? "gzip" : null,
        CorrelationId = i % 5 == 2 ? $"c{i}" : null,
        ReplyTo = i % 5 == 3 ? "answers" : null,
        Expiration = i % 7 == 0 ? "86400000" : null,
        MessageId = $"{i}",
        Timestamp = i % 2 == 0 ? 1_700_000_000 + (ulong)i : null,
        Type = i % 11 == 0 ? "order" : null,
        UserId = i % 13 == 0 ? "guest" : null,
        AppId = i % 3 == 1 ? "app" : null,
        ClusterId = i % 17 == 0 ? "cluster" : null,
    };

    private static FieldTable Headers(int i) => FieldTable.Empty
        .With("number", FieldValue.FromInt64(i))
        .With("small", FieldValue.FromInt32(-i))
        .With("short", FieldValue.FromInteger(FieldType.Int16, i % 1000))
        .With("tiny", FieldValue.FromInteger(FieldType.SByte, -5))
        .With("flag", FieldValue.FromBoolean(i % 2 == 0))
        .With("ratio", FieldValue.FromDouble(i / 3.0))
        .With("single", FieldValue.FromSingle(1.5f))
        .With("time", FieldValue.FromTimestamp(5))
        .With("price", FieldValue.FromDecimal(2, 1999))
        .With("text", FieldValue.FromString("häder"))
        .With("octets", FieldValue.FromBytes([0, 255]))
        .With("list", FieldValue.FromArray([FieldValue.FromInt32(1), FieldValue.FromString("b")]))
        .With("nested", FieldValue.FromTable(FieldTable.Empty.With("nothing", FieldValue.Void)));
}
