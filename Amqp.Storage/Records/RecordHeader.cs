using System.Buffers.Binary;

namespace Amqp.Storage.Records;

/// <summary>Types of records. The values are stored on disk, so they never change.</summary>
internal enum RecordType : byte
{
    Message = 1,
    Settle = 2,
    Delivered = 3,
    Entries = 4,
    Summary = 5,
    Acknowledgements = 6,
    CatalogPut = 16,
    CatalogRemove = 17,
}

/// <summary>The header of every record in segments and in the catalog. The layout never changes; see docs/store-format.md.</summary>
internal static class RecordHeader
{
    // | length u32 | crc32c u32 | type u8 | contents |   little-endian; length counts type and contents
    public const int Size = 9;

    /// <summary>Number of bytes at the start of a record that its length field does not count.</summary>
    public const int Prefix = 8;

    /// <summary>Maximum size of a whole record, in bytes. A file in which a record has a larger size is damaged.</summary>
    public const int MaxRecord = 1 << 30;

    private const int ChecksumAt = 4;
    private const int TypeAt = 8;

    /// <summary>
    /// Writes the header of a record, except for its checksum. Call <see cref="WriteChecksum"/> when the record is complete.
    /// </summary>
    public static void Write(Span<byte> record, RecordType type)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(record.Length - Prefix));
        record[TypeAt] = (byte)type;
    }

    /// <summary>Returns the size in bytes of the whole record that begins here.</summary>
    public static long ReadSize(ReadOnlySpan<byte> record) => (long)BinaryPrimitives.ReadUInt32LittleEndian(record) + Prefix;

    public static RecordType ReadType(ReadOnlySpan<byte> record) => (RecordType)record[TypeAt];

    /// <summary>Computes the checksum of a complete record at this offset of a file, and writes the checksum into the record.</summary>
    public static void WriteChecksum(Span<byte> record, long file, long offset) =>
        BinaryPrimitives.WriteUInt32LittleEndian(record[ChecksumAt..], Checksum(record, file, offset));

    /// <summary>Returns true if the record has the correct checksum for this offset of a file.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> record, long file, long offset) =>
        BinaryPrimitives.ReadUInt32LittleEndian(record[ChecksumAt..]) == Checksum(record, file, offset);

    /// <remarks>
    /// The checksum covers the id of the file and the offset. So a copy of a record in a message's payload does not count as an intact
    /// record.
    /// </remarks>
    private static uint Checksum(ReadOnlySpan<byte> record, long file, long offset)
    {
        uint crc = Crc32C.Add(Crc32C.Add(Crc32C.Start, (ulong)file), (ulong)offset);
        crc = Crc32C.Add(crc, (ulong)record.Length);
        return ~Crc32C.Add(crc, record[TypeAt..]);
    }
}
