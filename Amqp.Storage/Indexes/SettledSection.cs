using System.Buffers.Binary;
using Amqp.Storage.Records;

namespace Amqp.Storage.Indexes;

/// <summary>Encodes settled sequence numbers as ranges, for each queue. Used in an index and in a file of acknowledgements.</summary>
internal static class SettledSection
{
    // Layout: (queue u32 | ranges u32 | (from i64 | to i64) × ranges) × queues
    private const int HeadSize = 8;
    private const int RangeSize = 16;

    public static int Size(Dictionary<uint, SequenceRanges> settled)
    {
        int size = 0;
        foreach (SequenceRanges ranges in settled.Values)
            size = checked(size + HeadSize + RangeSize * ranges.All.Length);
        return size;
    }

    public static void Write(Span<byte> target, Dictionary<uint, SequenceRanges> settled)
    {
        foreach ((uint queue, SequenceRanges ranges) in settled)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(target, queue);
            BinaryPrimitives.WriteInt32LittleEndian(target[4..], ranges.All.Length);
            target = target[HeadSize..];
            foreach (SequenceRange range in ranges.All)
            {
                BinaryPrimitives.WriteInt64LittleEndian(target, range.From);
                BinaryPrimitives.WriteInt64LittleEndian(target[8..], range.To);
                target = target[RangeSize..];
            }
        }
    }

    /// <param name="source">Bytes that begin with the section. On return, the bytes after the section.</param>
    /// <param name="queues">Number of queues in the section.</param>
    public static Dictionary<uint, SequenceRanges> Read(ref ReadOnlySpan<byte> source, int queues)
    {
        var settled = new Dictionary<uint, SequenceRanges>(queues);
        for (; queues > 0; queues--)
        {
            var ranges = new SequenceRanges();
            settled.Add(BinaryPrimitives.ReadUInt32LittleEndian(source), ranges);
            int count = BinaryPrimitives.ReadInt32LittleEndian(source[4..]);
            source = source[HeadSize..];
            for (; count > 0; count--, source = source[RangeSize..])
                ranges.Add(
                    new SequenceRange(BinaryPrimitives.ReadInt64LittleEndian(source), BinaryPrimitives.ReadInt64LittleEndian(source[8..])));
        }
        return settled;
    }
}
