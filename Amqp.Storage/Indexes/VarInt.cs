namespace Amqp.Storage.Indexes;

/// <summary>Numbers of variable length: seven bits per byte, lowest first. The top bit is set in every byte but the last.</summary>
internal static class VarInt
{
    public const int MaxSize = 10;

    /// <returns>Number of bytes written.</returns>
    public static int Write(Span<byte> target, ulong value)
    {
        int at = 0;
        for (; value >= 0x80; value >>= 7)
            target[at++] = (byte)(value | 0x80);
        target[at++] = (byte)value;
        return at;
    }

    /// <param name="source">Bytes with an intact encoded number.</param>
    /// <param name="at">Offset of the number. On return, the offset of the next byte.</param>
    public static ulong Read(ReadOnlySpan<byte> source, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = source[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
    }
}
