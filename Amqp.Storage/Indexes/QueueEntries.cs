using System.Buffers;
using Amqp.Storage.Records;

namespace Amqp.Storage.Indexes;

/// <summary>The entries of one queue while the index of a segment is made, coded as they will stand in the file.</summary>
internal sealed class QueueEntries(uint queue) : IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(128); // some megabytes when the segment is one queue's: too much to leave to the collector each time
    private int _length;
    private int _group; // where the open one begins
    private int _groupEntries;
    private long _groupFirst;
    private IndexEntry _last;

    public uint Queue { get; } = queue;

    public int Count { get; private set; }

    /// <summary>Of payload.</summary>
    public long Bytes { get; private set; }

    public long First { get; private set; }

    public long Last => _last.Sequence;

    /// <summary>Bytes of all groups, once the last one is closed.</summary>
    public int Size => _length;

    public void Add(in IndexEntry entry)
    {
        if (_groupEntries == EntryGroup.MaxEntries)
            CloseGroup();
        if (_bytes.Length - _length < EntryGroup.HeadSize + EntryGroup.MaxEntrySize)
            Grow();
        if (_groupEntries == 0)
        {
            (_group, _groupFirst) = (_length, entry.Sequence);
            _length += EntryGroup.HeadSize;
        }
        bool isFirst = _groupEntries == 0;
        _length += EntryGroup.WriteEntry(_bytes.AsSpan(_length), entry, isFirst ? entry.Sequence : _last.Sequence, isFirst ? 0 : _last.End);
        _groupEntries++;
        if (Count++ == 0)
            First = entry.Sequence;
        Bytes += entry.Length;
        _last = entry;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);

    /// <summary>Nothing more is added.</summary>
    public void CloseGroup()
    {
        if (_groupEntries == 0)
            return;
        EntryGroup.WriteHead(_bytes.AsSpan(_group, _length - _group), Queue, _groupFirst, _last.Sequence, _groupEntries);
        _groupEntries = 0;
    }

    /// <summary>The groups, with checksums for where they are to stand.</summary>
    public ReadOnlySpan<byte> Seal(long segment, long offset)
    {
        Span<byte> all = _bytes.AsSpan(0, _length);
        for (Span<byte> rest = all; !rest.IsEmpty;)
        {
            int size = (int)RecordHeader.ReadSize(rest);
            RecordHeader.WriteChecksum(rest[..size], segment, offset);
            offset += size;
            rest = rest[size..];
        }
        return all;
    }

    private void Grow()
    {
        byte[] longer = ArrayPool<byte>.Shared.Rent(_bytes.Length * 2);
        _bytes.AsSpan(0, _length).CopyTo(longer);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = longer;
    }
}
