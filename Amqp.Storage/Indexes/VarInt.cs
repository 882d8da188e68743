namespace Amqp.Storage.Indexes;

/// <summary>Numbers of seven bits a byte, the lowest first; all bytes but the last have their top bit set.</summary>
internal static class VarInt
{
    public const int MaxSize = 10;

    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> target, ulong value)
    {
        int at = 0;
        for (; value >= 0x80; value >>= 7)
            target[at++] = (byte)(value | 0x80);
        target[at++] = (byte)value;
        return at;
    }

    /// <param name="source">Whole and intact.</param>
    /// <param name="at">Where the number begins; afterwards where it ended.</param>
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
