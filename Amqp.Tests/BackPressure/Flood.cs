using System.Buffers.Binary;
using Amqp.Tests.Support;

namespace Amqp.Tests.BackPressure;

/// <summary>
/// Publishes numbered messages of equal size, as fast as the broker reads and without confirms. Receives and checks the messages.
/// </summary>
internal static class Flood
{
    /// <summary>Publishes messages to a queue. Returns when the client has sent the last one.</summary>
    public static async Task PublishAsync(
        AmqpSocket socket, string queue, int size, int count, bool persistent, CancellationToken cancellation = default)
    {
        byte[] body = new byte[size];
        byte[] publish = AmqpSocket.Publish("", queue, body, persistent);
        int numberAt = publish.Length - 1 - size; // the body is at the end of the last frame, before the frame-end octet
        byte[] batch = new byte[publish.Length * Math.Max(1, 256 * 1024 / publish.Length)];
        int filled = 0;
        for (int number = 0; number < count; number++)
        {
            BinaryPrimitives.WriteInt32BigEndian(publish.AsSpan(numberAt), number);
            publish.CopyTo(batch, filled);
            filled += publish.Length;
            if (filled < batch.Length && number + 1 < count)
                continue;
            await socket.SendAsync(batch.AsMemory(0, filled), cancellation);
            filled = 0;
        }
    }

    /// <summary>Receives the first messages of a flood. Checks that no message is missing, repeated or out of order.</summary>
    public static async Task DemandAllAsync(AmqpSocket socket, int size, int count)
    {
        for (int number = 0; number < count; number++)
        {
            byte[] body = await socket.ExpectDeliveryAsync();
            if (body.Length != size || BinaryPrimitives.ReadInt32BigEndian(body) != number)
                Assert.Fail($"expected message {number} of {size} bytes, got {BinaryPrimitives.ReadInt32BigEndian(body)} of {body.Length}");
        }
    }
}
