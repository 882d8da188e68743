namespace Amqp.Storage.Records;

/// <summary>Bytes of a file in which no record could be found.</summary>
/// <param name="Offset">In the file.</param>
/// <param name="Length">How many.</param>
internal readonly record struct DamagedBytes(long Offset, long Length);

/// <summary>Walks over the intact records in a piece of a file, and names the bytes in between that are none.</summary>
/// <param name="bytes">The piece; it begins with a record.</param>
/// <param name="file">The file's id, which the checksums cover.</param>
/// <param name="offset">Where the piece stands in the file.</param>
internal ref struct RecordScanner(ReadOnlySpan<byte> bytes, long file, long offset)
{
    // A piece of arbitrary bytes can look like many long records: the search gives up after this much checking.
    private const long MaxSearch = 4L << 30;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _next;

    /// <summary>Where the current record stands in the file.</summary>
    public long Offset { get; private set; }

    /// <summary>The current record as a whole.</summary>
    public ReadOnlySpan<byte> Record { get; private set; }

    /// <summary>What was passed over in front of the current record, or behind the last one; Length 0 when nothing.</summary>
    public DamagedBytes Skipped { get; private set; }

    /// <summary>Goes on to the next intact record; false at the end.</summary>
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
        // The length field is most likely intact, and then the next record follows at once.
        int size = SizeAt(at);
        if (size > 0 && at + size < _bytes.Length && IsRecord(at + size))
            return at + size;
        for (long searched = 0; at < _bytes.Length && searched < MaxSearch; at++, searched++)
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

    /// <summary>Bytes of the record that seems to stand here; 0 when none can.</summary>
    private readonly int SizeAt(int at)
    {
        ReadOnlySpan<byte> rest = _bytes[at..];
        if (rest.Length < RecordHeader.Size)
            return 0;
        long size = RecordHeader.ReadSize(rest);
        return size >= RecordHeader.Size && size <= rest.Length && RecordHeader.ReadType(rest) is not 0 and <= (RecordType)31 ? (int)size : 0;
    }
}
