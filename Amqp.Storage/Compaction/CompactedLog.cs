using System.Buffers;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Compaction;

/// <summary>Writes the new file of a compacted segment, and its index. Used once, by one thread.</summary>
internal sealed class CompactedLog : IDisposable
{
    private const int BufferSize = 256 << 10;

    private readonly IStoreFiles _files;
    private readonly Segment _segment;
    private readonly SegmentIndexBuilder _builder;
    private readonly IStoreFile _file;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _used;
    private long _written; // bytes already in the file; the buffer's bytes come after them

    public CompactedLog(IStoreFiles files, Segment segment, int blockSize)
    {
        (_files, _segment, _builder) = (files, segment, new SegmentIndexBuilder(segment.Id, blockSize));
        _file = files.Create(CompactedFiles.LogPathOf(segment.Path));
        FileHeader.Write(_buffer, FileHeader.SegmentMagic, segment.Id);
        _used = FileHeader.Size;
    }

    /// <summary>Offset of the next record.</summary>
    public long Length => _written + _used;

    /// <summary>Adds a record with a new checksum, because the checksum depends on the record's offset.</summary>
    public void Append(Span<byte> record)
    {
        RecordHeader.WriteChecksum(record, _segment.Id, Length);
        _builder.TryAdd(record, Length);
        if (record.Length > _buffer.Length - _used)
            Flush();
        if (record.Length > _buffer.Length)
        {
            _file.Write(record, _written);
            _written += record.Length;
            return;
        }
        record.CopyTo(_buffer.AsSpan(_used));
        _used += record.Length;
    }

    /// <summary>Writes and syncs the segment's file, then the index.</summary>
    public SegmentSummary Finish()
    {
        Flush();
        _file.Sync();
        SegmentSummary summary = _builder.Summarize(Length);
        using IStoreFile index = _files.Create(CompactedFiles.IndexPathOf(_segment.Path));
        _builder.Write(index, summary);
        index.Sync();
        return summary;
    }

    public void Dispose()
    {
        _file.Dispose();
        _builder.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    private void Flush()
    {
        _file.Write(_buffer.AsSpan(0, _used), _written);
        _written += _used;
        _used = 0;
    }
}
