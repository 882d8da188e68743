using System.Buffers.Binary;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Indexes;

/// <summary>Row of an index: the messages of one queue in the segment.</summary>
/// <param name="Queue">The number that identifies the queue.</param>
/// <param name="Count">Count of the messages; more than 0.</param>
/// <param name="First">Sequence number of the first message.</param>
/// <param name="Last">Sequence number of the last message.</param>
/// <param name="Bytes">Bytes of payload.</param>
/// <param name="At">Offset of the queue's first group of entries in the index file.</param>
/// <param name="Size">Bytes of all groups of the queue.</param>
internal readonly record struct QueueRow(uint Queue, int Count, long First, long Last, long Bytes, long At, int Size);

/// <summary>The part of a segment's index that is read when the store is opened: queues, blocks and settled ranges. Immutable.</summary>
internal sealed class SegmentSummary
{
    // | header | log length i64 | rows u32 | blocks u32 | settled u32 | delivered u32 |
    // | row × rows | block × blocks | settled × settled | (queue u32 | up to i64) × delivered |
    // A row: | queue u32 | count u32 | first i64 | last i64 | bytes i64 | at u32 | size u32 |
    // A block: | offset u32 | length u32 |
    public const int HeadSize = RecordHeader.Size + 24;
    public const int RowSize = 40;

    private const int BlockSize = 8;
    private const int MarkSize = 12;
    private const int LogLengthAt = RecordHeader.Size;
    private const int CountsAt = LogLengthAt + 8;

    /// <summary>Length of the segment's file, in bytes.</summary>
    public required long LogLength { get; init; }

    /// <summary>The queues with messages in the segment, ascending by number.</summary>
    public required QueueRow[] Rows { get; init; }

    /// <summary>Ranges of the segment's file, ascending by offset. The store reads each range as one block.</summary>
    public required BlockExtent[] Blocks { get; init; }

    /// <summary>The sequence numbers in the segment's settle records, by queue number.</summary>
    public required Dictionary<uint, SequenceRanges> Settled { get; init; }

    /// <summary>The highest sequence number in the segment's delivered marks, by queue number.</summary>
    public required Dictionary<uint, long> Delivered { get; init; }

    public int Size =>
        checked(HeadSize + RowSize * Rows.Length + BlockSize * Blocks.Length + SettledSection.Size(Settled) + MarkSize * Delivered.Count);

    public static QueueRow ReadRow(ReadOnlySpan<byte> row) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(row),
        BinaryPrimitives.ReadInt32LittleEndian(row[4..]),
        BinaryPrimitives.ReadInt64LittleEndian(row[8..]),
        BinaryPrimitives.ReadInt64LittleEndian(row[16..]),
        BinaryPrimitives.ReadInt64LittleEndian(row[24..]),
        BinaryPrimitives.ReadUInt32LittleEndian(row[32..]),
        BinaryPrimitives.ReadInt32LittleEndian(row[36..]));

    public static int ReadRowCount(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadInt32LittleEndian(record[CountsAt..]);

    /// <summary>Writes the summary as a record, except for the checksum.</summary>
    public void Write(Span<byte> record)
    {
        RecordHeader.Write(record, RecordType.Summary);
        BinaryPrimitives.WriteInt64LittleEndian(record[LogLengthAt..], LogLength);
        int[] counts = [Rows.Length, Blocks.Length, Settled.Count, Delivered.Count];
        for (int i = 0; i < counts.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(record[(CountsAt + 4 * i)..], counts[i]);
        Span<byte> at = record[HeadSize..];
        foreach (QueueRow row in Rows)
        {
            WriteRow(at, row);
            at = at[RowSize..];
        }
        foreach (BlockExtent block in Blocks)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(at, (uint)block.Offset);
            BinaryPrimitives.WriteInt32LittleEndian(at[4..], block.Length);
            at = at[BlockSize..];
        }
        SettledSection.Write(at, Settled);
        at = at[SettledSection.Size(Settled)..];
        foreach ((uint queue, long upTo) in Delivered)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(at, queue);
            BinaryPrimitives.WriteInt64LittleEndian(at[4..], upTo);
            at = at[MarkSize..];
        }
    }

    /// <param name="record">An intact record.</param>
    public static SegmentSummary Read(ReadOnlySpan<byte> record)
    {
        int[] counts = new int[4];
        for (int i = 0; i < counts.Length; i++)
            counts[i] = BinaryPrimitives.ReadInt32LittleEndian(record[(CountsAt + 4 * i)..]);
        ReadOnlySpan<byte> at = record[HeadSize..];
        var rows = new QueueRow[counts[0]];
        for (int i = 0; i < rows.Length; i++, at = at[RowSize..])
            rows[i] = ReadRow(at);
        var blocks = new BlockExtent[counts[1]];
        for (int i = 0; i < blocks.Length; i++, at = at[BlockSize..])
            blocks[i] = new BlockExtent(BinaryPrimitives.ReadUInt32LittleEndian(at), BinaryPrimitives.ReadInt32LittleEndian(at[4..]));
        Dictionary<uint, SequenceRanges> settled = SettledSection.Read(ref at, counts[2]);
        var delivered = new Dictionary<uint, long>(counts[3]);
        for (int i = 0; i < counts[3]; i++, at = at[MarkSize..])
            delivered.Add(BinaryPrimitives.ReadUInt32LittleEndian(at), BinaryPrimitives.ReadInt64LittleEndian(at[4..]));
        return new SegmentSummary
        {
            LogLength = BinaryPrimitives.ReadInt64LittleEndian(record[LogLengthAt..]),
            Rows = rows,
            Blocks = blocks,
            Settled = settled,
            Delivered = delivered,
        };
    }

    private static void WriteRow(Span<byte> target, in QueueRow row)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, row.Queue);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], row.Count);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], row.First);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], row.Last);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], row.Bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(target[32..], (uint)row.At);
        BinaryPrimitives.WriteInt32LittleEndian(target[36..], row.Size);
    }
}
