using System.Buffers;
using Amqp.Storage.Records;

namespace Amqp.Storage.Indexes;

/// <summary>The encoded entries of one queue, collected while the index of a segment is built.</summary>
internal sealed class QueueEntries(uint queue) : IDisposable
{
    // from a pool, because the array grows to several megabytes if one queue fills the segment
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(128);
    private int _length;
    private int _group; // offset of the group that is not closed yet
    private int _groupEntries;
    private long _groupFirst;
    private IndexEntry _last;

    public uint Queue { get; } = queue;

    public int Count { get; private set; }

    public long Bytes { get; private set; }

    public long First { get; private set; }

    public long Last => _last.Sequence;

    /// <summary>Bytes of all groups. Valid once the last group is closed.</summary>
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

    /// <summary>Closes the last group. Call after the last entry is added.</summary>
    public void CloseGroup()
    {
        if (_groupEntries == 0)
            return;
        EntryGroup.WriteHead(_bytes.AsSpan(_group, _length - _group), Queue, _groupFirst, _last.Sequence, _groupEntries);
        _groupEntries = 0;
    }

    /// <summary>Writes each group's checksum, which depends on the group's offset in the index file. Returns all groups.</summary>
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
