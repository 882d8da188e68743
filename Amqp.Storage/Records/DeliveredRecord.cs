using System.Buffers.Binary;

namespace Amqp.Storage.Records;

/// <summary>A delivered mark: the messages of a queue up to a sequence, included, were delivered to a consumer.</summary>
internal static class DeliveredRecord
{
    // | header | queue u32 | up to i64 |
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
