using Amqp.Storage.Blocks;
using Amqp.Storage.Files;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Log;

/// <summary>Writes the bytes of the log to the files of segments, and syncs the files. Used by the committer only.</summary>
/// <remarks>Calls <c>complete</c> for each closed segment whose file is written and synced.</remarks>
internal sealed class SegmentWriter(IStoreFiles files, string directory, Action<Segment> complete) : IDisposable
{
    // closed segments whose files are not synced yet
    private readonly List<(IStoreFile File, Segment Segment)> _sealed = [];
    private readonly byte[] _header = new byte[FileHeader.Size];
    private IStoreFile? _file;
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
        foreach ((IStoreFile file, _) in _sealed)
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
        _file?.Dispose();
        _file = null;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _sealed.ForEach(entry => entry.File.Dispose());
    }

    private void SealCurrent()
    {
        if (_file is null)
            return;
        _sealed.Add((_file, _segment!));
        _file = null;
    }

    private void Begin(Segment segment)
    {
        SealCurrent();
        IStoreFile file = files.Create(segment.Path);
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
