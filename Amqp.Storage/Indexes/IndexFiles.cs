using System.Buffers.Binary;
using Amqp.Storage.Files;
using Amqp.Storage.Records;

namespace Amqp.Storage.Indexes;

/// <summary>The index files. Each is in the same folder as its segment's file, and is either complete or missing. Thread-safe.</summary>
internal sealed class IndexFiles(IStoreFiles files)
{
    public const string Extension = ".idx";
    public const string UnfinishedExtension = ".idx.new";

    // Size of the first read. If the segment has at most a few hundred queues, the first read contains the whole summary.
    private const int FirstRead = 16 << 10;

    public static string PathOf(string log) => Path.ChangeExtension(log, Extension);

    /// <summary>Writes and syncs a complete index under a temporary name.</summary>
    public void WriteUnfinished(string log, SegmentIndexBuilder builder, SegmentSummary summary)
    {
        using IStoreFile file = files.Create(UnfinishedPathOf(log));
        builder.Write(file, summary);
        file.Sync();
    }

    /// <summary>Gives a complete index its final name.</summary>
    public void Finish(string log) => files.Rename(UnfinishedPathOf(log), PathOf(log));

    public void DeleteUnfinished(string log) => files.Delete(UnfinishedPathOf(log));

    public void Write(string log, SegmentIndexBuilder builder, SegmentSummary summary)
    {
        WriteUnfinished(log, builder, summary);
        Finish(log);
    }

    /// <summary>Reads the summary of an index, without the entries.</summary>
    /// <returns>Null if the index is damaged. <paramref name="bytes"/> is the number of bytes read.</returns>
    public SegmentSummary? TryRead(string log, long segment, out int bytes)
    {
        using IStoreFile file = files.Open(PathOf(log), FileAccess.Read);
        byte[] buffer = new byte[Math.Min(file.Length, FirstRead)];
        bytes = file.Read(buffer, 0);
        if (bytes < FileHeader.Size + SegmentSummary.HeadSize || !FileHeader.IsIntact(buffer, FileHeader.IndexMagic, segment))
            return null;
        long size = RecordHeader.ReadSize(buffer.AsSpan(FileHeader.Size));
        if (size < SegmentSummary.HeadSize || size > file.Length - FileHeader.Size)
            return null;
        if (FileHeader.Size + size > bytes)
        {
            int read = bytes;
            Array.Resize(ref buffer, checked((int)(FileHeader.Size + size)));
            bytes += file.Read(buffer.AsSpan(read), read);
        }
        ReadOnlySpan<byte> record = buffer.AsSpan(FileHeader.Size, (int)size);
        if (RecordHeader.ReadType(record) != RecordType.Summary || !RecordHeader.IsIntact(record, segment, FileHeader.Size))
            return null;
        SegmentSummary summary = SegmentSummary.Read(record);
        // The caller reads the entries later. The length of the file already shows that no entry is missing.
        bool isWhole = summary.Rows.Length == 0 || summary.Rows[^1].At + summary.Rows[^1].Size == file.Length;
        return isWhole ? summary : null;
    }

    /// <summary>Opens a cursor over the entries of a queue.</summary>
    /// <param name="log">Path of the segment's file.</param>
    /// <param name="segment">Id of the segment.</param>
    /// <param name="queue">Number of the queue.</param>
    /// <param name="at">Offset of the first group, from <see cref="EntryCursor.GroupAt"/> of an earlier cursor; 0 if unknown.</param>
    /// <param name="from">Sequence number of the first wanted entry.</param>
    /// <exception cref="InvalidDataException">The index has no entries of the queue.</exception>
    /// <exception cref="IOException">The index does not exist, or cannot be read.</exception>
    public EntryCursor OpenEntries(string log, long segment, uint queue, long at, long from)
    {
        IStoreFile file = files.Open(PathOf(log), FileAccess.Read);
        try
        {
            return new EntryCursor(file, segment, FindRow(file, segment, queue), at, from);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static string UnfinishedPathOf(string log) => Path.ChangeExtension(log, UnfinishedExtension);

    /// <summary>Finds the row of a queue by binary search. The row is not verified, but the cursor verifies the entries.</summary>
    private static QueueRow FindRow(IStoreFile file, long segment, uint queue)
    {
        Span<byte> buffer = stackalloc byte[FileHeader.Size + SegmentSummary.HeadSize];
        int low = 0;
        int high = file.Read(buffer, 0) == buffer.Length ? SegmentSummary.ReadRowCount(buffer[FileHeader.Size..]) : 0;
        Span<byte> row = stackalloc byte[SegmentSummary.RowSize];
        while (low < high)
        {
            int middle = low + (high - low) / 2;
            int read = file.Read(row, FileHeader.Size + SegmentSummary.HeadSize + (long)middle * SegmentSummary.RowSize);
            uint number = read < row.Length ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(row);
            if (number == queue)
                return SegmentSummary.ReadRow(row);
            if (number < queue)
                low = middle + 1;
            else
                high = middle;
        }
        throw new InvalidDataException($"the index of segment {segment} has no queue {queue}");
    }
}
