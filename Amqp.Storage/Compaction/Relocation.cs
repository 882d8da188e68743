using Amqp.Storage.Blocks;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Compaction;

/// <summary>Maps offsets in the old file of a compacted segment to offsets in its new file.</summary>
internal sealed class Relocation
{
    private readonly List<Piece> _pieces = []; // ascending by offset, in the old file and in the new file

    private readonly record struct Piece(long From, long To, int Length);

    /// <summary>Adds a copied record. Call in the order of offsets.</summary>
    /// <param name="from">Offset in the old file.</param>
    /// <param name="to">Offset in the new file.</param>
    /// <param name="length">Length of the record, in bytes.</param>
    public void Add(long from, long to, int length)
    {
        if (_pieces.Count > 0)
        {
            Piece last = _pieces[^1];
            if (last.From + last.Length == from && last.To + last.Length == to)
            {
                _pieces[^1] = last with { Length = checked(last.Length + length) };
                return;
            }
        }
        _pieces.Add(new Piece(from, to, length));
    }

    /// <summary>
    /// Changes the offsets in the blocks of a compacted segment. The caller holds <see cref="SegmentLayout"/> exclusively.
    /// </summary>
    public void Apply(BlockSpace space, Segment segment)
    {
        foreach (Block block in space.BlocksOf(segment))
            block.Pieces = Apply(block.AllPieces);
    }

    /// <summary>Returns the copied pieces of a block, with their offsets in the new file.</summary>
    /// <param name="before">The pieces of the block in the old file.</param>
    public BlockPiece[] Apply(ReadOnlySpan<BlockPiece> before)
    {
        var after = new List<BlockPiece>();
        foreach (BlockPiece old in before)
        {
            for (int at = FindReaching(old.FileOffset); at < _pieces.Count && _pieces[at].From < old.FileOffset + old.Length; at++)
            {
                Piece piece = _pieces[at];
                long from = Math.Max(piece.From, old.FileOffset);
                long end = Math.Min(piece.From + piece.Length, old.FileOffset + old.Length);
                after.Add(new BlockPiece(old.Offset + (int)(from - old.FileOffset), piece.To + (from - piece.From), (int)(end - from)));
            }
        }
        return [.. after];
    }

    /// <summary>Returns the index of the first piece that ends after an offset of the old file.</summary>
    private int FindReaching(long offset)
    {
        int low = 0;
        int high = _pieces.Count;
        while (low < high)
        {
            int middle = low + (high - low) / 2;
            if (_pieces[middle].From + _pieces[middle].Length <= offset)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
