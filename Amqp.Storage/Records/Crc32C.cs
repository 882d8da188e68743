using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Amqp.Storage.Records;

/// <summary>Computes CRC-32C (Castagnoli) with the processor's instruction, eight bytes at a time.</summary>
/// <remarks>
/// Splits longer input into three lanes, computes their checksums in parallel, and joins the checksums. The processor can start an
/// instruction in each cycle, but needs three cycles to complete one instruction.
/// </remarks>
internal static class Crc32C
{
    public const uint Start = ~0u;

    // Bytes of a lane. A longer lane makes joining cheaper, but three lanes must fit into a message of 1 KiB.
    private const int Lane = 256;

    // Four tables, one for each byte of a checksum. The XOR of an entry of each table is the checksum after Lane more zero bytes.
    private static readonly uint[] _shift = BuildShift();

    /// <summary>Adds bytes to a running checksum. The caller begins with all bits set, and inverts the last result.</summary>
    public static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        ref byte at = ref MemoryMarshal.GetReference(bytes);
        int left = bytes.Length;
        for (; left >= 3 * Lane; left -= 3 * Lane, at = ref Unsafe.Add(ref at, 3 * Lane))
            crc = AddLanes(crc, ref at);
        for (; left >= 8; left -= 8, at = ref Unsafe.Add(ref at, 8))
            crc = BitOperations.Crc32C(crc, Unsafe.ReadUnaligned<ulong>(ref at));
        for (; left > 0; left--, at = ref Unsafe.Add(ref at, 1))
            crc = BitOperations.Crc32C(crc, at);
        return crc;
    }

    public static uint Add(uint crc, ulong value) => BitOperations.Crc32C(crc, value);

    public static uint Of(ReadOnlySpan<byte> bytes) => ~Add(Start, bytes);

    private static uint AddLanes(uint crc, ref byte at)
    {
        uint second = 0;
        uint third = 0;
        for (int i = 0; i < Lane; i += 8)
        {
            crc = BitOperations.Crc32C(crc, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, i)));
            second = BitOperations.Crc32C(second, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, Lane + i)));
            third = BitOperations.Crc32C(third, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, 2 * Lane + i)));
        }
        return Shifted(Shifted(crc) ^ second) ^ third;
    }

    /// <summary>Returns the checksum after <see cref="Lane"/> more zero bytes.</summary>
    private static uint Shifted(uint crc) =>
        _shift[crc & 0xFF] ^ _shift[256 + (crc >> 8 & 0xFF)] ^ _shift[512 + (crc >> 16 & 0xFF)] ^ _shift[768 + (crc >> 24)];

    private static uint[] BuildShift()
    {
        uint[] shift = new uint[4 * 256];
        for (int i = 0; i < shift.Length; i++)
        {
            uint crc = (uint)(i & 0xFF) << (8 * (i >> 8));
            for (int zeros = 0; zeros < Lane; zeros += 8)
                crc = BitOperations.Crc32C(crc, 0UL);
            shift[i] = crc;
        }
        return shift;
    }
}
