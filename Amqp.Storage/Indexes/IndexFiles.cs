using System.Buffers.Binary;
using Amqp.Storage.Files;
using Amqp.Storage.Records;

namespace Amqp.Storage.Indexes;

/// <summary>The indexes of segments as files: each stands beside its log, and is there as a whole or not at all. Thread-safe.</summary>
internal sealed class IndexFiles(IStoreFiles files)
{
    public const string Extension = ".idx";
    public const string UnfinishedExtension = ".idx.new";

    // Holds the summary of a segment with a few hundred queues: mostly a start needs one read for a segment.
    private const int FirstRead = 16 << 10;

    public static string PathOf(string log) => Path.ChangeExtension(log, Extension);

    /// <summary>Makes a whole index under a name that nobody looks for. It survives a power cut before it gets its real name.</summary>
    public void WriteUnfinished(string log, SegmentIndexBuilder builder, SegmentSummary summary)
    {
        using IStoreFile file = files.Create(UnfinishedPathOf(log));
        builder.Write(file, summary);
        file.Sync();
    }

    /// <summary>Puts a finished index in its place.</summary>
    public void Finish(string log) => files.Rename(UnfinishedPathOf(log), PathOf(log));

    public void DeleteUnfinished(string log) => files.Delete(UnfinishedPathOf(log));

    public void Write(string log, SegmentIndexBuilder builder, SegmentSummary summary)
    {
        WriteUnfinished(log, builder, summary);
        Finish(log);
    }

    /// <summary>Reads what a start needs of an index.</summary>
    /// <returns>Null when it is not what was written. <paramref name="bytes"/> says how many were read.</returns>
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
        // The entries are read later; that they are all there can be seen now.
        bool isWhole = summary.Rows.Length == 0 || summary.Rows[^1].At + summary.Rows[^1].Size == file.Length;
        return isWhole ? summary : null;
    }

    /// <summary>Begins to read entries of a queue.</summary>
    /// <param name="log">Path of the segment's log.</param>
    /// <param name="segment">The segment's id.</param>
    /// <param name="queue">Whose entries.</param>
    /// <param name="at">The group to begin with, as an earlier cursor named it, or 0 when it is not known.</param>
    /// <param name="from">The first sequence that is wanted.</param>
    /// <exception cref="InvalidDataException">The index has no such queue.</exception>
    /// <exception cref="IOException">There is no index, or it cannot be read.</exception>
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

    /// <summary>Looks a queue up without reading all of the summary. What is found is not checked: the groups it leads to are.</summary>
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
        throw new InvalidDataException($"the index of segment {segment} does not know queue {queue}");
    }
}
