using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Messages;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Blocks;

/// <summary>Reads blocks of the log from their files, and verifies every record.</summary>
internal sealed class BlockLoader(IStoreFiles files, SegmentLayout layout)
{
    /// <summary>Reads a block from its file into the target, which has the block's length.</summary>
    /// <returns>The damaged ranges of the block; null if none.</returns>
    public List<Range>? Load(Block block, Span<byte> target)
    {
        using SegmentLayout.Reading reading = layout.Read();
        using IStoreFile file = files.Open(block.Segment!.Path, FileAccess.Read);
        List<Range>? damage = null;
        if (block.Pieces is null)
            Load(file, block.Segment, new BlockPiece(0, block.FileOffset, block.Length), target, ref damage);
        foreach (BlockPiece piece in block.Pieces ?? [])
            Load(file, block.Segment, piece, target.Slice(piece.Offset, piece.Length), ref damage);
        return damage;
    }

    /// <exception cref="StoreDamagedException">The message lies in a damaged range of the block.</exception>
    public static void ThrowIfDamaged(Block block, List<Range> damage, in StoredMessage message)
    {
        foreach (Range range in damage)
        {
            if (range.Start.Value <= message.Offset
                && message.Offset <= range.End.Value
                && message.Offset + message.Length > range.Start.Value)
                throw new StoreDamagedException(
                    block.Segment!.Path, FileOffset(block, range.Start.Value), "the record is damaged; its message cannot be read");
        }
    }

    private static void Load(IStoreFile file, Segment segment, in BlockPiece piece, Span<byte> target, ref List<Range>? damage)
    {
        int read = file.Read(target, piece.FileOffset);
        target[read..].Clear();
        var records = new RecordScanner(target, segment.Id, piece.FileOffset);
        bool more;
        do
        {
            more = records.MoveNext();
            if (records.Skipped is { Length: > 0 } skipped)
            {
                int start = piece.Offset + (int)(skipped.Offset - piece.FileOffset);
                (damage ??= []).Add(new Range(start, start + (int)skipped.Length));
            }
        }
        while (more);
    }

    private static long FileOffset(Block block, int offset)
    {
        foreach (BlockPiece piece in block.Pieces ?? [])
        {
            if (offset >= piece.Offset && offset < piece.Offset + piece.Length)
                return piece.FileOffset + (offset - piece.Offset);
        }
        return block.FileOffset + offset;
    }
}
