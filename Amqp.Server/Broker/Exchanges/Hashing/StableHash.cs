using System.Buffers.Binary;

namespace Amqp.Server.Broker.Exchanges.Hashing;

/// <summary>A hash function whose results are the same in every run and on every machine.</summary>
/// <remarks>Not safe for hash tables whose keys come from clients: a client could compute colliding keys.</remarks>
internal static class StableHash
{
    private const ulong Start = 0xCBF29CE484222325;
    private const ulong Multiplier = 0x9E3779B97F4A7C15; // 2^64 divided by the golden ratio, rounded to an odd number

    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        ulong hash = Start ^ (ulong)bytes.Length * Multiplier;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        ulong rest = 0;
        foreach (byte octet in bytes)
            rest = rest << 8 | octet;
        return Mix(hash ^ rest);
    }

    /// <summary>Spreads a difference in a few bits over all bits, with the finalizer of SplitMix64.</summary>
    public static ulong Mix(ulong bits)
    {
        bits += Multiplier;
        bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ bits >> 27) * 0x94D049BB133111EB;
        return bits ^ bits >> 31;
    }
}
