namespace Amqp.Storage;

/// <summary>One file of the log. See docs/store-format.md for what is in it.</summary>
/// <remarks>What can change belongs to the log's lock while the segment is open and is fixed afterwards; the count of blocks is atomic.</remarks>
internal sealed class Segment(long id, string path, Action<Segment> dead)
{
    private int _unfinished = 1; // blocks not finished, and one for being open

    /// <summary>Ascending in the order of the log, from 1; also in the file's name.</summary>
    public long Id { get; } = id;

    /// <summary>Of its file. Changed by the committer, when no block is left that could be read from it.</summary>
    public string Path { get; set; } = path;

    /// <summary>Bytes appended to it, with the file's header.</summary>
    public long Length { get; set; } = FileHeader.Size;

    /// <summary>Bytes of it that only repeat delivered marks of segments gone.</summary>
    public long RepeatedBytes { get; set; }

    /// <summary>The oldest segment whose messages this one settles.</summary>
    public long OldestSettled { get; set; } = id;

    /// <summary>True when only its settle records still count.</summary>
    public bool IsSettlesOnly { get; set; }

    /// <summary>Blocks of it that somebody needs.</summary>
    public int UnfinishedBlocks => Volatile.Read(ref _unfinished) - 1;

    public void BlockOpened() => Interlocked.Increment(ref _unfinished);

    /// <summary>Nothing in the block is needed any more, and it is written.</summary>
    public void BlockFinished()
    {
        if (Interlocked.Decrement(ref _unfinished) == 0)
            dead(this);
    }

    /// <summary>Nothing is appended to it any more.</summary>
    public void Seal() => BlockFinished();
}
