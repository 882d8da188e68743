using System.Runtime.InteropServices;

namespace Amqp.Storage;

/// <summary>Cuts the records found in the log into blocks again, of which only those that hold messages become real. Owned by <see cref="LogRecovery"/>.</summary>
internal sealed class RecoveredBlocks(int blockSize)
{
    private readonly List<Found> _found = [];

    /// <summary>Takes in the next record of the log.</summary>
    /// <returns>The index of its block, and where it is in there.</returns>
    public (int Index, int Offset) Extend(Segment segment, long offset, int length)
    {
        if (_found.Count > 0)
        {
            ref Found last = ref CollectionsMarshal.AsSpan(_found)[_found.Count - 1];
            bool follows = last.Segment == segment && last.FileOffset + last.Length == offset;
            if (follows && last.Length + length <= blockSize)
            {
                last.Length += length;
                return (_found.Count - 1, last.Length - length);
            }
        }
        _found.Add(new Found(segment, offset) { Length = length });
        return (_found.Count - 1, 0);
    }

    public Segment SegmentOf(int index) => _found[index].Segment;

    /// <summary>Counts a message that is not settled, once for each queue.</summary>
    public void AddReference(int index) => CollectionsMarshal.AsSpan(_found)[index].References++;

    /// <summary>Makes blocks of those with messages.</summary>
    /// <returns>The block's number for each index.</returns>
    public int[] Recover(BlockSpace space) =>
        [.. _found.Select(block => block.References == 0 ? -1 : space.Recover(block.Segment, block.FileOffset, block.Length, block.References).Number)];

    private struct Found(Segment segment, long fileOffset)
    {
        public readonly Segment Segment = segment;
        public readonly long FileOffset = fileOffset;
        public int Length;
        public long References;
    }
}
