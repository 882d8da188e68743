using Amqp.Storage.Blocks;
using Amqp.Storage.Files;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Log;

/// <summary>Writes the bytes of the log to the files of segments, and syncs the files. Used by the committer only.</summary>
/// <param name="files">Access to the files.</param>
/// <param name="directory">The folder of the segments.</param>
/// <param name="segmentSize">Length up to which disk space is allocated ahead of the writes.</param>
/// <param name="disk">State of the disk.</param>
/// <param name="complete">Called for each closed segment whose file is written and synced.</param>
internal sealed class SegmentWriter(
    IStoreFiles files, string directory, long segmentSize, DiskSpace disk, Action<Segment> complete) : IDisposable
{
    // closed segments whose files are not synced yet
    private readonly List<(AllocatedFile File, Segment Segment)> _sealed = [];
    private readonly byte[] _header = new byte[FileHeader.Size];
    private AllocatedFile? _file;
    private Segment? _segment;
    private bool _hasNewFile; // true if a file was created since the last sync

    /// <summary>Computes the checksums of the unwritten records, and writes the records to the file.</summary>
    public unsafe void Write(in UnwrittenBytes unwritten)
    {
        Block block = unwritten.Block;
        if (block.Segment != _segment)
            Begin(block.Segment!);
        var bytes = new Span<byte>(block.Memory + block.Written, unwritten.To - block.Written);
        long offset = block.FileOffset + block.Written;
        AddChecksums(bytes, block.Segment!.Id, offset);
        _file!.Write(bytes, offset);
        block.Written = unwritten.To;
    }

    /// <summary>
    /// Records that a segment is closed. The next sync calls <c>complete</c>. Does nothing if the segment's file is not open.
    /// </summary>
    public void Seal(Segment segment)
    {
        if (_segment == segment)
            SealCurrent();
    }

    /// <summary>Syncs everything that was written to the segments' files.</summary>
    public void Sync()
    {
        foreach ((AllocatedFile file, _) in _sealed)
        {
            file.Sync();
            file.Dispose();
        }
        _file?.Sync();
        if (_hasNewFile)
            files.SyncDirectory(directory);
        _hasNewFile = false;
        foreach ((_, Segment segment) in _sealed)
            complete(segment);
        _sealed.Clear();
    }

    /// <summary>
    /// Closes the file of a segment that is about to be deleted. Does nothing if the file is not open. Call when all files are synced.
    /// </summary>
    public void Release(Segment segment)
    {
        if (_segment != segment)
            return;
        _file?.Cut(); // if the deletion fails, later files follow this one
        _file?.Dispose();
        _file = null;
    }

    /// <summary>Cuts off the unused space of the open file. Call after the last write, and sync afterwards.</summary>
    public void Cut() => _file?.Cut();

    public void Dispose()
    {
        _file?.Dispose();
        _sealed.ForEach(entry => entry.File.Dispose());
    }

    private void SealCurrent()
    {
        if (_file is null)
            return;
        _file.Cut(); // before the next file is created, so that after a kill only the last file can have unused space
        _sealed.Add((_file, _segment!));
        _file = null;
    }

    private void Begin(Segment segment)
    {
        SealCurrent();
        var file = new AllocatedFile(files.Create(segment.Path), segmentSize, disk);
        try
        {
            FileHeader.Write(_header, FileHeader.SegmentMagic, segment.Id);
            file.Write(_header, 0);
        }
        catch
        {
            file.Dispose();
            throw;
        }
        (_file, _segment, _hasNewFile) = (file, segment, true);
    }

    private static void AddChecksums(Span<byte> records, long segment, long offset)
    {
        while (!records.IsEmpty)
        {
            int size = (int)RecordHeader.ReadSize(records);
            RecordHeader.WriteChecksum(records[..size], segment, offset);
            records = records[size..];
            offset += size;
        }
    }
}
