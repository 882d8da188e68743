using System.Buffers.Binary;
using Amqp.Storage.Records;

namespace Amqp.Storage.Indexes;

/// <summary>Encodes a group: a record of the index with some entries of one queue, in order.</summary>
internal static class EntryGroup
{
    // Layout: | header | queue u32 | first i64 | last i64 | entries u16 | entry × entries |
    // An entry has four integers of variable length:
    // | sequence number minus the previous entry's | record offset minus the previous record's end | payload length | number of queues |
    // In the first entry, "first" is subtracted from the sequence number, and nothing from the offset.
    public const int MaxEntries = 256;
    public const int HeadSize = RecordHeader.Size + 22;

    /// <summary>Maximum bytes of one entry.</summary>
    public const int MaxEntrySize = 4 * VarInt.MaxSize;

    private const int QueueAt = RecordHeader.Size;
    private const int FirstAt = QueueAt + 4;
    private const int LastAt = FirstAt + 8;
    private const int EntriesAt = LastAt + 8;

    /// <summary>Writes the head of a group, except for the checksum. Call when all entries of the group are written.</summary>
    public static void WriteHead(Span<byte> group, uint queue, long first, long last, int entries)
    {
        RecordHeader.Write(group, RecordType.Entries);
        BinaryPrimitives.WriteUInt32LittleEndian(group[QueueAt..], queue);
        BinaryPrimitives.WriteInt64LittleEndian(group[FirstAt..], first);
        BinaryPrimitives.WriteInt64LittleEndian(group[LastAt..], last);
        BinaryPrimitives.WriteUInt16LittleEndian(group[EntriesAt..], (ushort)entries);
    }

    public static uint ReadQueue(ReadOnlySpan<byte> group) => BinaryPrimitives.ReadUInt32LittleEndian(group[QueueAt..]);

    public static long ReadFirst(ReadOnlySpan<byte> group) => BinaryPrimitives.ReadInt64LittleEndian(group[FirstAt..]);

    public static long ReadLast(ReadOnlySpan<byte> group) => BinaryPrimitives.ReadInt64LittleEndian(group[LastAt..]);

    public static int ReadCount(ReadOnlySpan<byte> group) => BinaryPrimitives.ReadUInt16LittleEndian(group[EntriesAt..]);

    /// <returns>Number of bytes written.</returns>
    public static int WriteEntry(Span<byte> target, in IndexEntry entry, long sequenceBefore, long endBefore)
    {
        int at = VarInt.Write(target, (ulong)(entry.Sequence - sequenceBefore));
        at += VarInt.Write(target[at..], (ulong)(entry.Offset - endBefore));
        at += VarInt.Write(target[at..], (ulong)entry.Length);
        return at + VarInt.Write(target[at..], (ulong)entry.Queues);
    }

    public static IndexEntry ReadEntry(ReadOnlySpan<byte> group, ref int at, long sequenceBefore, long endBefore)
    {
        long sequence = sequenceBefore + (long)VarInt.Read(group, ref at);
        long offset = endBefore + (long)VarInt.Read(group, ref at);
        int length = (int)VarInt.Read(group, ref at);
        return new IndexEntry(sequence, offset, length, (int)VarInt.Read(group, ref at));
    }
}
