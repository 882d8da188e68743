using System.Buffers.Binary;
using System.Text;

namespace Amqp.Storage.Records;

/// <summary>Encodes a change of the catalog as a record.</summary>
internal static class CatalogRecord
{
    // put:    | header | key length u16 | key, UTF-8 | value |
    // remove: | header | key length u16 | key, UTF-8 |
    public const int MaxKey = 4096;
    public const int MaxValue = 16 << 20;

    private const int KeyLengthAt = RecordHeader.Size;
    private const int KeyAt = KeyLengthAt + 2;

    public static int Size(int keyBytes, int valueBytes) => KeyAt + keyBytes + valueBytes;

    public static void Write(Span<byte> record, RecordType type, string key, ReadOnlySpan<byte> value)
    {
        RecordHeader.Write(record, type);
        int length = Encoding.UTF8.GetBytes(key, record[KeyAt..]);
        BinaryPrimitives.WriteUInt16LittleEndian(record[KeyLengthAt..], (ushort)length);
        value.CopyTo(record[(KeyAt + length)..]);
    }

    /// <summary>Returns true if the key ends within the record. A correct checksum does not guarantee this.</summary>
    public static bool IsWellFormed(ReadOnlySpan<byte> record) =>
        record.Length >= KeyAt && KeyLength(record) is > 0 and var length && length <= record.Length - KeyAt;

    public static string ReadKey(ReadOnlySpan<byte> record) => Encoding.UTF8.GetString(record.Slice(KeyAt, KeyLength(record)));

    public static ReadOnlySpan<byte> ReadValue(ReadOnlySpan<byte> record) => record[(KeyAt + KeyLength(record))..];

    private static int KeyLength(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadUInt16LittleEndian(record[KeyLengthAt..]);
}
