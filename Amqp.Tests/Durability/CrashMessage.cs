using System.Globalization;
using System.Security.Cryptography;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Tests.Durability;

/// <summary>Identifies a message by the number of its publisher, and by a number that the publisher uses only once.</summary>
internal readonly record struct Serial(int Publisher, int Number);

/// <summary>A message that a test publishes. Its message-id contains the publisher, the number, and the digest of the body.</summary>
internal sealed record CrashMessage(Serial Serial, byte[] Body)
{
    private const int LargestBody = 400_000; // a body of this size needs four frames of at most 131,072 bytes

    /// <summary>Returns a message of random size: often small, sometimes empty, and rarely so large that it needs several frames.</summary>
    public static CrashMessage Random(Serial serial, Random random)
    {
        int size = random.Next(100) switch
        {
            < 5 => 0,
            < 70 => random.Next(1, 200),
            < 99 => random.Next(200, 5_000),
            _ => random.Next(131_000, LargestBody),
        };
        byte[] body = new byte[size];
        random.NextBytes(body);
        return new CrashMessage(serial, body);
    }

    public BasicProperties Properties(bool persistent) => new() { MessageId = Label(Serial, Body), Persistent = persistent };

    /// <summary>
    /// Reads a delivery. Call in the callback of the client library, because the body is valid only until the callback returns.
    /// </summary>
    public static Found Read(BasicDeliverEventArgs delivery)
    {
        string label = delivery.BasicProperties.MessageId ?? "";
        string[] parts = label.Split('/');
        var serial = parts.Length == 3
            ? new Serial(int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture))
            : default;
        return new Found(
            serial, delivery.BasicProperties.Priority, delivery.Redelivered, delivery.DeliveryTag,
            IsIntact: label == Label(serial, delivery.Body.Span));
    }

    private static string Label(Serial serial, ReadOnlySpan<byte> body) =>
        string.Create(CultureInfo.InvariantCulture, $"{serial.Publisher}/{serial.Number}/{Convert.ToHexString(SHA256.HashData(body))}");
}

/// <summary>A message that was delivered from a queue.</summary>
internal readonly record struct Found(Serial Serial, int Priority, bool Redelivered, ulong DeliveryTag, bool IsIntact);
