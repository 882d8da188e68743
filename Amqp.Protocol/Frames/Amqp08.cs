using System.Buffers.Binary;

namespace Amqp.Protocol;

/// <summary>Converts between AMQP 0-9-1 and AMQP 0-8, which RabbitMQ uses with clients that request it.</summary>
/// <remarks>
/// In 0-8 connection.close and close-ok have the method ids 60 and 61, and basic.consume
/// and channel.open-ok lack the last argument of 0-9-1. All other methods are the same.
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
        Consume => (byte[])[.. payload, 0, 0, 0, 0], // an empty table
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
