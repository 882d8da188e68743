using System.Buffers.Binary;

namespace Amqp.Storage.Records;

/// <summary>Encodes a message as a record. The record lists the durable queues of the message, and its sequence number in each.</summary>
internal static class MessageRecord
{
    // Layout: | header | queues u32 | (queue u32 | sequence i64) × queues | payload |
    private const int QueuesAt = RecordHeader.Size;
    private const int FirstPlaceAt = QueuesAt + 4;
    private const int PlaceSize = 12;

    /// <summary>Returns the offset of the payload in a record that lists this many queues.</summary>
    public static int PayloadAt(int queues) => checked(FirstPlaceAt + PlaceSize * queues);

    /// <summary>Returns the number of bytes that these messages take in the log if each message is in one queue.</summary>
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
