using Amqp.Storage.Blocks;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Compaction;

/// <summary>Where in a compacted segment's log its records went: pieces of the old log that are one piece in the new one.</summary>
internal sealed class Relocation
{
    private readonly List<Piece> _pieces = []; // ascending, in both files

    private readonly record struct Piece(long From, long To, int Length);

    /// <summary>Notes the next record.</summary>
    /// <param name="from">Where it was.</param>
    /// <param name="to">Where it is.</param>
    /// <param name="length">Its bytes.</param>
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

    /// <summary>The segment was compacted: its blocks are read from where their records are now. Nobody reads meanwhile.</summary>
    public void Apply(BlockSpace space, Segment segment)
    {
        foreach (Block block in space.BlocksOf(segment))
            block.Pieces = Apply(block.AllPieces);
    }

    /// <summary>What is left of a block, and where it is now.</summary>
    /// <param name="before">Where the block's bytes were.</param>
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

    /// <summary>The first piece that ends behind an offset of the old log.</summary>
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
