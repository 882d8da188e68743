using System.Buffers;
using Amqp.Storage.Files;
using Amqp.Storage.Records;

namespace Amqp.Storage.Indexes;

/// <summary>Reads the entries of one queue in an index, starting at a sequence number. Owns the file.</summary>
internal sealed class EntryCursor : IDisposable
{
    // Large enough for at least one group, and usually for several thousand entries.
    private const int ReadSize = 32 << 10;

    private readonly IStoreFile _file;
    private readonly long _segment;
    private readonly uint _queue;
    private readonly long _end; // end of the queue's groups in the file
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
    private long _bufferAt; // offset of the buffer in the file
    private int _bufferLength;
    private int _group; // offset of the current group in the buffer
    private int _groupSize;
    private int _entry; // offset of the next entry in the group
    private int _left; // number of unread entries in the current group
    private readonly long _from;
    private readonly long _begin; // start of the queue's groups in the file
    // true until the cursor finds a group at the caller's offset; if no group begins there, the cursor starts again at _begin
    private bool _isGuess;

    /// <param name="file">The index. The cursor disposes of the file.</param>
    /// <param name="segment">Id of the segment.</param>
    /// <param name="row">Row of the queue in the index. Only the location of the queue's groups is used.</param>
    /// <param name="at">
    /// Offset of a group of entries at or before the first wanted entry. If the index was rebuilt, the offset may be wrong; the cursor then
    /// searches all groups.
    /// </param>
    /// <param name="from">Sequence number of the first wanted entry.</param>
    public EntryCursor(IStoreFile file, long segment, in QueueRow row, long at, long from)
    {
        (_file, _segment, _queue, _from) = (file, segment, row.Queue, from);
        _begin = row.At;
        _isGuess = at > row.At && at < row.At + row.Size;
        (_bufferAt, _end) = (_isGuess ? at : row.At, row.At + row.Size);
    }

    public IndexEntry Current { get; private set; }

    /// <summary>Offset of the current group in the file.</summary>
    public long GroupAt => _bufferAt + _group;

    /// <summary>Advances to the next wanted entry. Returns false if there is none.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    public bool MoveNext()
    {
        while (true)
        {
            while (_left > 0)
            {
                ReadOnlySpan<byte> group = _buffer.AsSpan(_group, _groupSize);
                bool isFirst = _entry == EntryGroup.HeadSize;
                Current = EntryGroup.ReadEntry(
                    group, ref _entry, isFirst ? EntryGroup.ReadFirst(group) : Current.Sequence, isFirst ? 0 : Current.End);
                _left--;
                if (Current.Sequence >= _from)
                    return true;
            }
            if (!NextGroup())
                return false;
        }
    }

    /// <summary>Passes wanted entries. Of a group that is passed as a whole, only the head is decoded.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    public void Skip(long entries)
    {
        while (entries > 0)
        {
            if (_left == 0 && !NextGroup())
                return;
            bool isWhole = _entry == EntryGroup.HeadSize && _left <= entries && EntryGroup.ReadFirst(Rest()) >= _from;
            if (isWhole)
            {
                entries -= _left;
                _left = 0;
            }
            else if (MoveNext())
            {
                entries--;
            }
            else
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _file.Dispose();
    }

    private bool NextGroup()
    {
        while (true)
        {
            _group += _groupSize;
            _groupSize = 0;
            if (GroupAt >= _end)
                return false;
            int size = ReadGroup();
            if (_isGuess && (size == 0 || EntryGroup.ReadFirst(Rest()) > _from))
            {
                (_isGuess, _bufferAt, _bufferLength, _group) = (false, _begin, 0, 0);
                continue;
            }
            if (size == 0)
                throw new InvalidDataException($"the index of segment {_segment} is damaged at {GroupAt}");
            (_isGuess, _groupSize) = (false, size);
            if (EntryGroup.ReadLast(Rest()) >= _from)
                break;
        }
        (_entry, _left) = (EntryGroup.HeadSize, EntryGroup.ReadCount(Rest()));
        return true;
    }

    /// <returns>Bytes of the group at <see cref="GroupAt"/>; 0 if it is damaged.</returns>
    private int ReadGroup()
    {
        if (RestSize() > _bufferLength - _group)
            Fill();
        ReadOnlySpan<byte> rest = Rest();
        long size = RestSize();
        bool isIntact = size >= EntryGroup.HeadSize && size <= rest.Length && RecordHeader.ReadType(rest) == RecordType.Entries
            && RecordHeader.IsIntact(rest[..(int)size], _segment, GroupAt) && EntryGroup.ReadQueue(rest) == _queue;
        return isIntact ? (int)size : 0;
    }

    private long RestSize() => _bufferLength - _group < RecordHeader.Size ? long.MaxValue : RecordHeader.ReadSize(Rest());

    private ReadOnlySpan<byte> Rest() => _buffer.AsSpan(_group, _bufferLength - _group);

    private void Fill()
    {
        (_bufferAt, _group) = (GroupAt, 0);
        _bufferLength = _file.Read(_buffer.AsSpan(0, (int)Math.Min(ReadSize, _end - _bufferAt)), _bufferAt);
    }
}
