namespace Amqp.Storage.Blocks;

/// <summary>A part of a block that is contiguous in the segment's file. The part consists of whole records.</summary>
internal readonly record struct BlockPiece
{
    // 32 bits are enough, because a segment's file is below 4 GiB
    private readonly uint _fileOffset;

    public BlockPiece(int offset, long fileOffset, int length)
    {
        (Offset, Length) = (offset, length);
        _fileOffset = checked((uint)fileOffset);
    }

    /// <summary>Offset in the block, in bytes.</summary>
    public int Offset { get; }

    /// <summary>Length in bytes.</summary>
    public int Length { get; }

    /// <summary>Offset in the segment's file, in bytes.</summary>
    public long FileOffset => _fileOffset;
}
