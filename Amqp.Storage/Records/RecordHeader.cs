using System.Buffers.Binary;

namespace Amqp.Storage.Records;

/// <summary>What a record is. The values are on disk: they never change their meaning.</summary>
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

/// <summary>What every record begins with, in segments and in the catalog. Layout is frozen; see docs/store-format.md.</summary>
internal static class RecordHeader
{
    // | length u32 | crc32c u32 | type u8 | contents |   little-endian; length counts type and contents
    public const int Size = 9;

    /// <summary>Bytes in front of those that length counts.</summary>
    public const int Prefix = 8;

    /// <summary>The longest record, as a whole: what is longer in a file's length field is damage.</summary>
    public const int MaxRecord = 1 << 30;

    private const int ChecksumAt = 4;
    private const int TypeAt = 8;

    /// <summary>Begins a record. Its checksum follows later, when all of it is there.</summary>
    public static void Write(Span<byte> record, RecordType type)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(record.Length - Prefix));
        record[TypeAt] = (byte)type;
    }

    /// <summary>Bytes of the whole record that begins here.</summary>
    public static long ReadSize(ReadOnlySpan<byte> record) => (long)BinaryPrimitives.ReadUInt32LittleEndian(record) + Prefix;

    public static RecordType ReadType(ReadOnlySpan<byte> record) => (RecordType)record[TypeAt];

    /// <summary>Completes a record that is to stand at this place.</summary>
    public static void WriteChecksum(Span<byte> record, long file, long offset) =>
        BinaryPrimitives.WriteUInt32LittleEndian(record[ChecksumAt..], Checksum(record, file, offset));

    /// <summary>True when a whole record is what was written at this place.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> record, long file, long offset) =>
        BinaryPrimitives.ReadUInt32LittleEndian(record[ChecksumAt..]) == Checksum(record, file, offset);

    /// <summary>Over the place, the length, the type and the contents.</summary>
    /// <remarks>With the place in it, bytes that look like a record but stand elsewhere, in a message for instance, are never taken for one.</remarks>
    private static uint Checksum(ReadOnlySpan<byte> record, long file, long offset)
    {
        uint crc = Crc32C.Add(Crc32C.Add(Crc32C.Start, (ulong)file), (ulong)offset);
        crc = Crc32C.Add(crc, (ulong)record.Length);
        return ~Crc32C.Add(crc, record[TypeAt..]);
    }
}
