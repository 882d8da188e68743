using System.Buffers;
using Amqp.Storage.Blocks;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Messages;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Queues;

/// <summary>Loads entries of a queue from the index of a segment. Thread-safe.</summary>
/// <remarks>
/// If few records in an extent of the segment belong to the queue, this class reads only these records, and copies them into one block.
/// Otherwise, the store later reads the whole extent as one block.
/// </remarks>
internal sealed class StretchLoader(IStoreFiles files, BlockSpace space, SegmentIndexes indexes)
{
    // A load reads at least WantedMessages entries, because opening the index is expensive. The load then continues to the end of the
    // current block. After MaxMessages entries, a load ends even within a block.
    private const int WantedMessages = 1024;
    private const int MaxMessages = 8192;

    // If at least this many bytes of records are copied, the load ends after the current block. All copies usually fit into 16 KiB.
    private const int MaxGathered = 15 << 10;

    // A separate read of one record takes about as long as this many additional bytes in the read of a whole extent.
    private const int BytesPerRead = 1024;

    /// <summary>Loads the first entries of a stretch, and adds them to a run.</summary>
    /// <param name="stretch">
    /// The stretch to load. On return, it contains the messages whose entries were not loaded. Its count is 0 if there are none.
    /// </param>
    /// <param name="queue">Number of the stretch's queue.</param>
    /// <param name="target">Receives the entries.</param>
    /// <returns>Number of messages that are lost because the segment is damaged, and the bytes of their payloads.</returns>
    /// <exception cref="IOException">The index or the segment cannot be read. Nothing has changed.</exception>
    public (int Count, long Bytes) Load(ref Stretch stretch, uint queue, ref MessageRun target)
    {
        using SegmentLayout.Reading reading = indexes.Layout.Read();
        IndexEntry[] entries = ArrayPool<IndexEntry>.Shared.Rent(MaxMessages);
        StoredMessage[] messages = ArrayPool<StoredMessage>.Shared.Rent(MaxMessages);
        try
        {
            bool isEnd = ReadEntries(ref stretch, queue, entries, out int count);
            MakeMessages(stretch, entries.AsSpan(0, count), messages);
            long bytes = 0;
            foreach (ref readonly StoredMessage message in messages.AsSpan(0, count))
            {
                target.Add(message);
                bytes += message.Length;
            }
            Segment segment = stretch.Segment;
            (int Count, long Bytes) lost = isEnd ? (stretch.Count - count, stretch.Bytes - bytes) : (0, 0);
            stretch = stretch with
            {
                From = count == 0 ? stretch.From : messages[count - 1].Sequence + 1,
                Count = isEnd ? 0 : stretch.Count - count,
                Bytes = isEnd ? 0 : stretch.Bytes - bytes,
            };
            if (lost.Count > 0)
                segment.Settle(lost.Count, lost.Bytes);
            if (count + lost.Count > 0)
                segment.Release(count + lost.Count);
            return lost;
        }
        finally
        {
            ArrayPool<IndexEntry>.Shared.Return(entries);
            ArrayPool<StoredMessage>.Shared.Return(messages);
        }
    }

    /// <summary>Opens a stretch for a reader that keeps nothing in memory.</summary>
    /// <param name="stretch">The stretch. The caller keeps its segment until the reader is open.</param>
    /// <param name="queue">Number of the stretch's queue.</param>
    /// <param name="skip">Number of messages in front of the first one to read, of the stretch and of <paramref name="between"/>.</param>
    /// <param name="between">Messages of the queue in memory that lie between the messages of the stretch, in order.</param>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    /// <exception cref="IOException">The index or the segment cannot be read now.</exception>
    public StretchReader OpenReader(in Stretch stretch, uint queue, long skip, StoredMessage[] between)
    {
        using SegmentLayout.Reading reading = indexes.Layout.Read();
        return Open(stretch, queue, skip, between);
    }

    /// <summary>Rebuilds a damaged index, for the next reader.</summary>
    /// <exception cref="IOException">The segment cannot be read now.</exception>
    public void RebuildIndex(Segment segment)
    {
        using SegmentLayout.Reading reading = indexes.Layout.Read();
        indexes.Rebuild(segment);
    }

    private StretchReader Open(in Stretch stretch, uint queue, long skip, StoredMessage[] between)
    {
        IStoreFile log = files.Open(stretch.Segment.Path, FileAccess.Read);
        EntryCursor? entries = null;
        try
        {
            entries = indexes.OpenEntries(stretch.Segment, queue, stretch.At, stretch.From);
            var reader = new StretchReader(log, entries, stretch, between);
            reader.Skip(skip);
            return reader;
        }
        catch
        {
            entries?.Dispose();
            log.Dispose();
            throw;
        }
    }

    /// <summary>Reads entries until enough are read, the stretch ends, or the buffer is full.</summary>
    /// <returns>True if the end of the stretch was reached.</returns>
    private bool ReadEntries(ref Stretch stretch, uint queue, Span<IndexEntry> entries, out int count)
    {
        try
        {
            return ReadIndex(ref stretch, queue, entries, out count);
        }
        catch (Exception damage) when (damage is InvalidDataException or FileNotFoundException)
        {
            indexes.Rebuild(stretch.Segment);
            stretch.At = 0;
        }
        try
        {
            return ReadIndex(ref stretch, queue, entries, out count);
        }
        catch (InvalidDataException)
        {
            count = 0; // the segment has no message of the queue any more
            return true;
        }
    }

    private bool ReadIndex(ref Stretch stretch, uint queue, Span<IndexEntry> entries, out int count)
    {
        using EntryCursor cursor = indexes.OpenEntries(stretch.Segment, queue, stretch.At, stretch.From);
        BlockExtent[] blocks = stretch.Segment.Blocks!;
        int block = -1;
        int blockMessages = 0;
        long blockBytes = 0;
        long gathered = 0;
        for (count = 0; count < MaxMessages && count < stretch.Count; count++)
        {
            if (!cursor.MoveNext() || cursor.Current.Sequence > stretch.To)
                return true;
            IndexEntry entry = cursor.Current;
            if (block < 0 || entry.Offset >= blocks[block].Offset + blocks[block].Length)
            {
                if (block >= 0 && IsSparse(blocks[block], blockMessages, blockBytes))
                    gathered += blockBytes;
                if (count >= WantedMessages || gathered >= MaxGathered)
                    break;
                block = Find(blocks, entry.Offset);
                (blockMessages, blockBytes) = (0, 0);
            }
            entries[count] = entry;
            blockMessages++;
            blockBytes += entry.RecordLength;
            stretch.At = cursor.GroupAt;
        }
        return count == stretch.Count;
    }

    private void MakeMessages(in Stretch stretch, ReadOnlySpan<IndexEntry> entries, Span<StoredMessage> messages)
    {
        BlockExtent[] blocks = stretch.Segment.Blocks!;
        int made = 0;
        int sparse = 0; // entries from this index up to "at" belong to records that are to be gathered
        try
        {
            for (int at = 0; at < entries.Length;)
            {
                BlockExtent extent = blocks[Find(blocks, entries[at].Offset)];
                int end = at;
                long bytes = 0;
                for (; end < entries.Length && entries[end].Offset < extent.Offset + extent.Length; end++)
                    bytes += entries[end].RecordLength;
                if (!IsSparse(extent, end - at, bytes))
                {
                    Gather(stretch, entries[sparse..at], messages, ref made);
                    Block block = space.Recover(stretch.Segment, extent.Offset, extent.Length, end - at);
                    foreach (ref readonly IndexEntry entry in entries[at..end])
                        messages[made++] = Message(stretch, entry, block.Number, (int)(entry.PayloadOffset - extent.Offset));
                    space.ReadAhead(block);
                    sparse = end;
                }
                at = end;
            }
            Gather(stretch, entries[sparse..], messages, ref made);
        }
        catch
        {
            foreach (ref readonly StoredMessage message in messages[..made])
                space.Change(space[message.Block], -1);
            throw;
        }
    }

    /// <summary>Reads records one by one into a new block.</summary>
    private void Gather(in Stretch stretch, ReadOnlySpan<IndexEntry> entries, Span<StoredMessage> messages, ref int made)
    {
        if (entries.IsEmpty)
            return;
        int bytes = 0;
        foreach (ref readonly IndexEntry entry in entries)
            bytes = checked(bytes + entry.RecordLength);
        Block block = space.Gather(stretch.Segment, bytes);
        BlockPiece[] pieces = new BlockPiece[entries.Length];
        int gathered = 0;
        try
        {
            using IStoreFile file = files.Open(stretch.Segment.Path, FileAccess.Read);
            foreach (ref readonly IndexEntry entry in entries)
            {
                Span<byte> record = BlockSpace.FreeSpan(block, entry.RecordLength);
                bool isIntact = file.Read(record, entry.Offset) == record.Length
                    && RecordHeader.ReadSize(record) == record.Length && RecordHeader.IsIntact(record, stretch.Segment.Id, entry.Offset);
                if (!isIntact)
                {
                    messages[made++] = Damaged(stretch, entry);
                    continue;
                }
                space.Change(block, 1);
                messages[made++] = Message(stretch, entry, block.Number, block.Length + (int)(entry.PayloadOffset - entry.Offset));
                pieces[gathered++] = new BlockPiece(block.Length, entry.Offset, record.Length);
                block.Length += record.Length;
            }
        }
        finally
        {
            space.CloseGathered(block, gathered == pieces.Length ? pieces : pieces[..gathered]);
        }
    }

    /// <summary>Returns an entry for a message whose record is damaged. A later read of the message throws an exception.</summary>
    private StoredMessage Damaged(in Stretch stretch, in IndexEntry entry)
    {
        BlockExtent extent = stretch.Segment.Blocks![Find(stretch.Segment.Blocks, entry.Offset)];
        Block block = space.Recover(stretch.Segment, extent.Offset, extent.Length, 1);
        return Message(stretch, entry, block.Number, (int)(entry.PayloadOffset - extent.Offset));
    }

    /// <summary>Returns the entry in memory for an entry of the index.</summary>
    public static StoredMessage Message(in Stretch stretch, in IndexEntry entry, int block, int offset)
    {
        MessageFlags redelivered = entry.Sequence <= stretch.RedeliveredUpTo ? MessageFlags.Redelivered : MessageFlags.None;
        return new StoredMessage(entry.Sequence, block, offset, entry.Length, MessageFlags.Persistent | redelivered);
    }

    private static bool IsSparse(in BlockExtent extent, int messages, long bytes) => (long)BytesPerRead * messages + bytes < extent.Length;

    /// <summary>Returns the index of the extent that contains an offset.</summary>
    private static int Find(BlockExtent[] blocks, long offset)
    {
        int low = 0;
        int high = blocks.Length - 1;
        while (low < high)
        {
            int middle = low + (high - low + 1) / 2;
            if (blocks[middle].Offset <= offset)
                low = middle;
            else
                high = middle - 1;
        }
        return low;
    }
}
