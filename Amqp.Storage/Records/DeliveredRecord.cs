using System.Buffers.Binary;

namespace Amqp.Storage.Records;

/// <summary>
/// Encodes a delivered mark. The mark says that all messages of a queue, up to and including a sequence number, were delivered.
/// </summary>
internal static class DeliveredRecord
{
    // Layout: | header | queue u32 | up to i64 |
    public const int Size = RecordHeader.Size + 12;

    private const int QueueAt = RecordHeader.Size;
    private const int UpToAt = QueueAt + 4;

    public static void Write(Span<byte> record, uint queue, long upTo)
    {
        RecordHeader.Write(record, RecordType.Delivered);
        BinaryPrimitives.WriteUInt32LittleEndian(record[QueueAt..], queue);
        BinaryPrimitives.WriteInt64LittleEndian(record[UpToAt..], upTo);
    }

    public static (uint Queue, long UpTo) Read(ReadOnlySpan<byte> record) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(record[QueueAt..]), BinaryPrimitives.ReadInt64LittleEndian(record[UpToAt..]));
}
