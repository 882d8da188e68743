using System.Buffers.Binary;

namespace Amqp.Protocol;

/// <summary>Converts methods between AMQP 0-9-1 and 0-8. As in RabbitMQ, a client can request 0-8.</summary>
/// <remarks>
/// In 0-8, connection.close has the method id 60, and connection.close-ok has 61. basic.consume and channel.open-ok lack their last
/// argument.
/// </remarks>
internal static class Amqp08
{
    private const uint Close = 10 << 16 | 50, CloseOk = 10 << 16 | 51;
    private const uint OldClose = 10 << 16 | 60, OldCloseOk = 10 << 16 | 61;
    private const uint OpenOk = 20 << 16 | 11;
    private const uint Consume = 60 << 16 | 20;
    private const int IdSize = sizeof(uint);

    public static ReadOnlySpan<byte> Upgrade(ReadOnlySpan<byte> payload) => BinaryPrimitives.ReadUInt32BigEndian(payload) switch
    {
        OldClose => WithId(payload, Close),
        OldCloseOk => WithId(payload, CloseOk),
        Close => WithId(payload, OldClose),
        CloseOk => WithId(payload, OldCloseOk),
        Consume => (byte[])[.. payload, 0, 0, 0, 0], // adds the missing argument: an empty table
        _ => payload,
    };

    public static ReadOnlySpan<byte> Downgrade(ReadOnlySpan<byte> payload) => BinaryPrimitives.ReadUInt32BigEndian(payload) switch
    {
        Close => WithId(payload, OldClose),
        CloseOk => WithId(payload, OldCloseOk),
        OpenOk => payload[..IdSize],
        _ => payload,
    };

    private static byte[] WithId(ReadOnlySpan<byte> payload, uint id)
    {
        byte[] changed = payload.ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(changed, id);
        return changed;
    }
}
