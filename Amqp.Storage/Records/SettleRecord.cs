using System.Buffers.Binary;

namespace Amqp.Storage.Records;

/// <summary>A range of sequence numbers in a queue. <c>From</c> and <c>To</c> belong to the range.</summary>
internal readonly record struct SequenceRange(long From, long To);

/// <summary>
/// Encodes a record that lists settled messages of a queue. The messages are in the record's segment or in older segments.
/// </summary>
internal static class SettleRecord
{
    // Layout: | header | queue u32 | (from i64 | to i64) × ranges |
    private const int QueueAt = RecordHeader.Size;
    private const int FirstRangeAt = QueueAt + 4;
    private const int RangeSize = 16;

    public static int Size(int ranges) => FirstRangeAt + RangeSize * ranges;

    public static void Write(Span<byte> record, uint queue, ReadOnlySpan<SequenceRange> ranges)
    {
        RecordHeader.Write(record, RecordType.Settle);
        BinaryPrimitives.WriteUInt32LittleEndian(record[QueueAt..], queue);
        Span<byte> at = record[FirstRangeAt..];
        foreach (SequenceRange range in ranges)
        {
            BinaryPrimitives.WriteInt64LittleEndian(at, range.From);
            BinaryPrimitives.WriteInt64LittleEndian(at[8..], range.To);
            at = at[RangeSize..];
        }
    }

    public static uint ReadQueue(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadUInt32LittleEndian(record[QueueAt..]);

    public static int ReadRanges(ReadOnlySpan<byte> record) => (record.Length - FirstRangeAt) / RangeSize;

    public static SequenceRange ReadRange(ReadOnlySpan<byte> record, int index)
    {
        ReadOnlySpan<byte> at = record.Slice(FirstRangeAt + RangeSize * index, RangeSize);
        return new SequenceRange(BinaryPrimitives.ReadInt64LittleEndian(at), BinaryPrimitives.ReadInt64LittleEndian(at[8..]));
    }
}
