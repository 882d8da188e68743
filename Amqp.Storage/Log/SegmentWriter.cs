using Amqp.Storage.Blocks;
using Amqp.Storage.Files;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Log;

/// <summary>Writes the log's bytes to the segments' files and syncs them. Owned by the committer.</summary>
/// <param name="files">Where to.</param>
/// <param name="directory">The segments' folder.</param>
/// <param name="complete">Called with each segment when all of it is written and synced.</param>
internal sealed class SegmentWriter(IStoreFiles files, string directory, Action<Segment> complete) : IDisposable
{
    private readonly List<(IStoreFile File, Segment Segment)> _ended = []; // written to since the last sync, and complete
    private readonly byte[] _header = new byte[FileHeader.Size];
    private IStoreFile? _file;
    private Segment? _segment; // whose file it is
    private bool _hasNewFile; // since the last sync

    /// <summary>Completes the checksums of a stretch and writes it.</summary>
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

    /// <summary>Nothing more is written to a segment: it is complete with the next sync.</summary>
    public void End(Segment segment)
    {
        if (_segment == segment)
            EndCurrent();
    }

    /// <summary>Makes everything written survive a power cut.</summary>
    public void Sync()
    {
        foreach ((IStoreFile file, _) in _ended)
        {
            file.Sync();
            file.Dispose();
        }
        _file?.Sync();
        if (_hasNewFile)
            files.SyncDirectory(directory);
        _hasNewFile = false;
        foreach ((_, Segment segment) in _ended)
            complete(segment);
        _ended.Clear();
    }

    /// <summary>Lets go of a segment's file if it is the current one: the segment is about to go. Everything is synced.</summary>
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
        _ended.ForEach(ended => ended.File.Dispose());
    }

    private void EndCurrent()
    {
        if (_file is null)
            return;
        _ended.Add((_file, _segment!));
        _file = null;
    }

    private void Begin(Segment segment)
    {
        EndCurrent();
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
