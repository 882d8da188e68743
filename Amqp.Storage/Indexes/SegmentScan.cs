using System.Buffers;
using System.Runtime.InteropServices;
using Amqp.Storage.Files;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Indexes;

/// <summary>Reads the records of a segment's file, and adds them to an index builder.</summary>
internal static class SegmentScan
{
    private const int PieceSize = 256 << 10;

    /// <summary>Reads a segment in pieces, to use little memory. All records must be intact.</summary>
    /// <exception cref="InvalidDataException">A record is damaged.</exception>
    public static void ReadSound(IStoreFiles files, Segment segment, SegmentIndexBuilder builder)
    {
        using IStoreFile file = files.Open(segment.Path, FileAccess.Read);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            for (long at = FileHeader.Size; at < segment.Length;)
            {
                int length = file.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, segment.Length - at)), at);
                int used = AddRecords(buffer.AsSpan(0, length), segment, at, builder);
                at += used;
                if (used == 0)
                    buffer = Longer(buffer, RecordHeader.ReadSize(buffer), segment, at);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads a whole segment into memory, and skips damaged bytes.</summary>
    /// <param name="files">Access to the segment.</param>
    /// <param name="path">Path of the segment's file.</param>
    /// <param name="segment">Id of the segment.</param>
    /// <param name="builder">Receives the records.</param>
    /// <param name="onDamage">Called for each range of damaged bytes.</param>
    /// <returns>The structure of the segment's file.</returns>
    public static unsafe ScannedLog ReadAny(
        IStoreFiles files, string path, long segment, SegmentIndexBuilder builder, Action<DamagedBytes> onDamage)
    {
        using IStoreFile file = files.Open(path, FileAccess.Read);
        int length = checked((int)file.Length);
        byte* memory = (byte*)NativeMemory.Alloc((nuint)Math.Max(length, 1));
        try
        {
            length = file.Read(new Span<byte>(memory, length), 0);
            return AddAny(new ReadOnlySpan<byte>(memory, length), segment, builder, onDamage);
        }
        finally
        {
            NativeMemory.Free(memory);
        }
    }

    private static ScannedLog AddAny(ReadOnlySpan<byte> bytes, long segment, SegmentIndexBuilder builder, Action<DamagedBytes> onDamage)
    {
        bool hasHeader = FileHeader.IsIntact(bytes, FileHeader.SegmentMagic, segment);
        int start = Math.Min(bytes.Length, FileHeader.Size);
        var records = new RecordScanner(bytes[start..], segment, start);
        bool any = false;
        while (records.MoveNext())
        {
            if (records.Skipped.Length > 0)
                onDamage(records.Skipped);
            if (!builder.TryAdd(records.Record, records.Offset))
                onDamage(new DamagedBytes(records.Offset, records.Record.Length));
            any = true;
        }
        long end = records.Skipped.Offset;
        return new ScannedLog(bytes.Length, hasHeader, any, end, EndOfBytes(bytes, (int)end));
    }

    /// <summary>Returns the offset after the last byte that is not zero, or after the unfinished record if that is greater.</summary>
    private static long EndOfBytes(ReadOnlySpan<byte> bytes, int endOfRecords)
    {
        int end = bytes.LastIndexOfAnyExcept((byte)0) + 1;
        bool isTorn = end > endOfRecords && bytes.Length - endOfRecords >= RecordHeader.Size;
        return isTorn ? Math.Max(end, Math.Min(bytes.Length, endOfRecords + RecordHeader.ReadSize(bytes[endOfRecords..]))) : end;
    }

    private static int AddRecords(ReadOnlySpan<byte> bytes, Segment segment, long offset, SegmentIndexBuilder builder)
    {
        int at = 0;
        while (bytes.Length - at >= RecordHeader.Size)
        {
            long size = RecordHeader.ReadSize(bytes[at..]);
            if (size > bytes.Length - at)
                break;
            ReadOnlySpan<byte> record = bytes.Slice(at, (int)size);
            if (!RecordHeader.IsIntact(record, segment.Id, offset + at) || !builder.TryAdd(record, offset + at))
                throw Damaged(segment, offset + at);
            at += (int)size;
        }
        return at;
    }

    private static byte[] Longer(byte[] buffer, long size, Segment segment, long at)
    {
        if (size <= buffer.Length || size > segment.Length - at)
            throw Damaged(segment, at);
        ArrayPool<byte>.Shared.Return(buffer);
        return ArrayPool<byte>.Shared.Rent((int)size);
    }

    private static InvalidDataException Damaged(Segment segment, long at) => new($"{segment.Path}: the record at {at} is damaged");
}

/// <summary>Structure of a segment's file.</summary>
/// <param name="Length">Bytes of the file.</param>
/// <param name="HasHeader">True if the header is intact.</param>
/// <param name="HasRecords">True if there is an intact record.</param>
/// <param name="End">Offset after the last intact record.</param>
/// <param name="LastByte">Offset after the last byte that is not zero, or that belongs to an unfinished record.</param>
internal readonly record struct ScannedLog(long Length, bool HasHeader, bool HasRecords, long End, long LastByte)
{
    /// <summary>Bytes that remain if an unfinished write is cut off; 0 if the file lacks even the header.</summary>
    public long Kept => HasHeader || HasRecords ? End : 0;

    /// <summary>Offset after the last byte that was certainly written. Only zeros follow, which may be unused space.</summary>
    public long Written => Math.Max(Kept, LastByte);

    private bool EndsInZeros => Written == Kept && Kept < Length;

    /// <summary>Returns true if the bytes after the last intact record may be an unfinished write.</summary>
    public bool MayBeUnfinished(LogEnd end) => end == LogEnd.Unfinished || (end == LogEnd.SyncedOrZeros && EndsInZeros);

    /// <summary>Returns true if the header is damaged, false if it is intact or may not have been written yet.</summary>
    public bool LacksHeader(LogEnd end) =>
        !HasHeader && (HasRecords || (Length >= FileHeader.Size && !(EndsInZeros && MayBeUnfinished(end))));
}
