using System.Buffers.Binary;

namespace Amqp.Storage.Records;

/// <summary>A message, with its sequence in every durable queue that it went to.</summary>
internal static class MessageRecord
{
    // | header | queues u32 | (queue u32 | sequence i64) × queues | payload |
    private const int QueuesAt = RecordHeader.Size;
    private const int FirstPlaceAt = QueuesAt + 4;
    private const int PlaceSize = 12;

    /// <summary>Returns the offset of the payload in the record.</summary>
    public static int PayloadAt(int queues) => checked(FirstPlaceAt + PlaceSize * queues);

    /// <summary>Returns the bytes that these messages would take in the log if each had a record with one queue.</summary>
    public static long Cost(int messages, long payloadBytes) => payloadBytes + (long)PayloadAt(1) * messages;

    public static void WriteHead(Span<byte> record, int queues)
    {
        RecordHeader.Write(record, RecordType.Message);
        BinaryPrimitives.WriteInt32LittleEndian(record[QueuesAt..], queues);
    }

    public static void WritePlace(Span<byte> record, int index, uint queue, long sequence)
    {
        Span<byte> place = record.Slice(FirstPlaceAt + PlaceSize * index, PlaceSize);
        BinaryPrimitives.WriteUInt32LittleEndian(place, queue);
        BinaryPrimitives.WriteInt64LittleEndian(place[4..], sequence);
    }

    public static int ReadQueues(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadInt32LittleEndian(record[QueuesAt..]);

    public static (uint Queue, long Sequence) ReadPlace(ReadOnlySpan<byte> record, int index)
    {
        ReadOnlySpan<byte> place = record.Slice(FirstPlaceAt + PlaceSize * index, PlaceSize);
        return (BinaryPrimitives.ReadUInt32LittleEndian(place), BinaryPrimitives.ReadInt64LittleEndian(place[4..]));
    }
}
