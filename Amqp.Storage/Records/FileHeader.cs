using System.Buffers.Binary;

namespace Amqp.Storage.Records;

/// <summary>The header of every file of the log and of the catalog. The layout never changes; see docs/store-format.md.</summary>
internal static class FileHeader
{
    // Layout, little-endian: | magic, 8 bytes | version u32 | id u64 | CRC-32C u32 of all bytes before the checksum |
    public const int Size = 24;

    private const uint Version = 1;
    private const int VersionAt = 8;
    private const int IdAt = 12;
    private const int ChecksumAt = 20;

    public static ReadOnlySpan<byte> SegmentMagic => "BROKRLOG"u8;

    public static ReadOnlySpan<byte> IndexMagic => "BROKRIDX"u8;

    public static ReadOnlySpan<byte> AcknowledgementsMagic => "BROKRACK"u8;

    public static ReadOnlySpan<byte> CatalogMagic => "BROKRCAT"u8;

    public static void Write(Span<byte> header, ReadOnlySpan<byte> magic, long id)
    {
        magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[VersionAt..], Version);
        BinaryPrimitives.WriteInt64LittleEndian(header[IdAt..], id);
        BinaryPrimitives.WriteUInt32LittleEndian(header[ChecksumAt..], Crc32C.Of(header[..ChecksumAt]));
    }

    /// <summary>Returns true if the bytes begin with an intact header that has this magic number and this id.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> file, ReadOnlySpan<byte> magic, long id) =>
        file.Length >= Size && file[..magic.Length].SequenceEqual(magic)
            && BinaryPrimitives.ReadUInt32LittleEndian(file[VersionAt..]) == Version
            && BinaryPrimitives.ReadInt64LittleEndian(file[IdAt..]) == id
            && BinaryPrimitives.ReadUInt32LittleEndian(file[ChecksumAt..]) == Crc32C.Of(file[..ChecksumAt]);
}
