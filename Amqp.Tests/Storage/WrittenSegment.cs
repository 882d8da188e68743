using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Tests.Storage;

/// <summary>A segment of the log that a test composes record by record.</summary>
internal sealed class WrittenSegment
{
    private readonly List<byte> _bytes = [];
    private readonly string _directory;

    public WrittenSegment(string directory, long id)
    {
        (_directory, Id) = (directory, id);
        byte[] header = new byte[FileHeader.Size];
        FileHeader.Write(header, FileHeader.SegmentMagic, id);
        _bytes.AddRange(header);
    }

    public long Id { get; }

    public long Length => _bytes.Count;

    public string Path => SegmentSet.PathOf(_directory, Id, SegmentSet.LogExtension);

    /// <summary>Adds a message with a payload of this size. Each place is a queue of the message, and the sequence number there.</summary>
    public WrittenSegment Message(int bytes, params (uint Queue, long Sequence)[] places)
    {
        byte[] record = new byte[MessageRecord.PayloadAt(places.Length) + bytes];
        MessageRecord.WriteHead(record, places.Length);
        for (int i = 0; i < places.Length; i++)
            MessageRecord.WritePlace(record, i, places[i].Queue, places[i].Sequence);
        return Add(record);
    }

    /// <summary>Adds messages of one queue with consecutive sequence numbers. Each has a payload of the given number of bytes.</summary>
    public WrittenSegment Messages(uint queue, long first, int count, int bytes)
    {
        for (long sequence = first; sequence < first + count; sequence++)
            Message(bytes, (queue, sequence));
        return this;
    }

    public WrittenSegment Settled(uint queue, long first, long last)
    {
        byte[] record = new byte[SettleRecord.Size(1)];
        SettleRecord.Write(record, queue, [new SequenceRange(first, last)]);
        return Add(record);
    }

    /// <summary>Writes the segment's log file.</summary>
    public WrittenSegment Save()
    {
        File.WriteAllBytes(Path, _bytes.ToArray());
        return this;
    }

    /// <summary>Writes the segment's log file. Returns a segment with the path and length of that file.</summary>
    public Segment ToSegment()
    {
        Save();
        return new Segment(Id, Path, _ => { }) { Length = Length };
    }

    private WrittenSegment Add(byte[] record)
    {
        RecordHeader.WriteChecksum(record, Id, Length);
        _bytes.AddRange(record);
        return this;
    }
}
