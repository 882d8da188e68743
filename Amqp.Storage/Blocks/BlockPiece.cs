namespace Amqp.Storage.Blocks;

/// <summary>Whole records of a block that stand behind one another in the segment's log.</summary>
internal readonly record struct BlockPiece
{
    private readonly uint _fileOffset; // a segment is shorter than 4 GiB; there may be one of these for each message that is read

    public BlockPiece(int offset, long fileOffset, int length)
    {
        (Offset, Length) = (offset, length);
        _fileOffset = checked((uint)fileOffset);
    }

    /// <summary>Where they begin in the block, in bytes.</summary>
    public int Offset { get; }

    /// <summary>Bytes.</summary>
    public int Length { get; }

    /// <summary>Where they begin in the file.</summary>
    public long FileOffset => _fileOffset;
}
