namespace Amqp.Storage.Records;

/// <summary>A range of bytes that belongs to no intact record of a file.</summary>
/// <param name="Offset">Offset in the file, in bytes.</param>
/// <param name="Length">Length in bytes.</param>
internal readonly record struct DamagedBytes(long Offset, long Length);

/// <summary>Finds the intact records in a part of a file, and the bytes that belong to no intact record.</summary>
/// <param name="bytes">The part of the file, usually from the start of a record.</param>
/// <param name="file">Id of the file. The checksum of each record covers this id.</param>
/// <param name="offset">Offset of the part in the file, in bytes.</param>
internal ref struct RecordScanner(ReadOnlySpan<byte> bytes, long file, long offset)
{
    // Maximum number of bytes for which one search computes checksums. Damaged bytes can look like the starts of many long records.
    private const long MaxSearch = 4L << 30;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly int _lastByte = bytes.LastIndexOfAnyExcept((byte)0); // no record begins in the zeros after it
    private int _next;

    /// <summary>Offset of the current record in the file.</summary>
    public long Offset { get; private set; }

    /// <summary>The whole current record, with its header.</summary>
    public ReadOnlySpan<byte> Record { get; private set; }

    /// <summary>The damaged bytes before the current record, or after the last record. The length is 0 if there are none.</summary>
    public DamagedBytes Skipped { get; private set; }

    /// <summary>Advances to the next intact record. Returns false if there is none.</summary>
    public bool MoveNext()
    {
        int begin = _next;
        int at = FindRecord(begin);
        Skipped = new DamagedBytes(offset + begin, at - begin);
        Offset = offset + at;
        Record = at == _bytes.Length ? default : _bytes.Slice(at, SizeAt(at));
        _next = at + Record.Length;
        return !Record.IsEmpty;
    }

    private readonly int FindRecord(int at)
    {
        if (at == _bytes.Length || IsRecord(at))
            return at;
        // The length field of a damaged record is usually intact. So the search first looks directly behind the damaged record.
        int size = SizeAt(at);
        if (size > 0 && at + size < _bytes.Length && IsRecord(at + size))
            return at + size;
        for (long searched = 0; at <= _lastByte && searched < MaxSearch; at++, searched++)
        {
            size = SizeAt(at);
            if (size == 0)
                continue;
            searched += size;
            if (IsRecord(at))
                return at;
        }
        return _bytes.Length;
    }

    private readonly bool IsRecord(int at) =>
        SizeAt(at) is > 0 and int size && RecordHeader.IsIntact(_bytes.Slice(at, size), file, offset + at);

    /// <summary>Returns the size of the record that may begin at an offset, or 0 if no record can begin there.</summary>
    private readonly int SizeAt(int at)
    {
        ReadOnlySpan<byte> rest = _bytes[at..];
        if (rest.Length < RecordHeader.Size)
            return 0;
        long size = RecordHeader.ReadSize(rest);
        return size >= RecordHeader.Size && size <= rest.Length && RecordHeader.ReadType(rest) is not 0 and <= (RecordType)31
            ? (int)size
            : 0;
    }
}
