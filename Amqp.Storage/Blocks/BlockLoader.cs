namespace Amqp.Storage;

/// <summary>Reads blocks of the log from their files, and checks every record in them.</summary>
internal sealed class BlockLoader(IStoreFiles files)
{
    /// <summary>Fills a buffer of the block's length.</summary>
    /// <returns>Where the block is damaged, or null when it is not.</returns>
    public List<Range>? Load(Block block, Span<byte> target)
    {
        Segment segment = block.Segment!;
        int read;
        using (IStoreFile file = files.Open(segment.Path, FileAccess.Read))
            read = file.Read(target, block.FileOffset);
        target[read..].Clear();

        List<Range>? damage = null;
        var records = new RecordScanner(target, segment.Id, block.FileOffset);
        bool more;
        do
        {
            more = records.MoveNext();
            if (records.Skipped is { Length: > 0 } skipped)
            {
                int start = (int)(skipped.Offset - block.FileOffset);
                (damage ??= []).Add(new Range(start, start + (int)skipped.Length));
            }
        }
        while (more);
        return damage;
    }

    /// <exception cref="StoreDamagedException">The message lies where the block is damaged.</exception>
    public static void ThrowIfDamaged(Block block, List<Range> damage, in StoredMessage message)
    {
        foreach (Range range in damage)
        {
            if (range.Start.Value <= message.Offset && message.Offset <= range.End.Value && message.Offset + message.Length > range.Start.Value)
                throw new StoreDamagedException(block.Segment!.Path, block.FileOffset + range.Start.Value, "a record is not what was written; its message cannot be read");
        }
    }
}
