using System.Globalization;
using Amqp.Storage.Files;
using Amqp.Storage.Indexes;
using Amqp.Storage.Records;
using Amqp.Storage.Recovery;

namespace Amqp.Storage.Inspection;

/// <summary>Describes the records that were lost in a damaged segment. Without an intact index, the description is imprecise.</summary>
internal sealed class LostRecords(IStoreFiles files, SegmentFile segment, SegmentIndexImage? index)
{
    private const int MaxNamed = 8;

    /// <returns>The description, as a part of a sentence.</returns>
    public string In(DamagedBytes damage)
    {
        if (index is not { IsIntact: true, Summary: { } summary })
            return FromBytes(damage);
        try
        {
            return FromIndex(index, summary, damage);
        }
        catch (InvalidDataException)
        {
            // the contents of the index are impossible, although its checksums are valid; so it cannot tell which records were lost
            return FromBytes(damage);
        }
    }

    private static string FromIndex(SegmentIndexImage index, SegmentSummary summary, DamagedBytes damage)
    {
        var lost = new List<(uint Queue, SequenceRanges Sequences)>();
        foreach (QueueRow row in summary.Rows)
        {
            var sequences = new SequenceRanges();
            using EntryCursor entries = index.OpenEntries(row);
            while (entries.MoveNext())
            {
                IndexEntry entry = entries.Current;
                if (entry.Offset < damage.Offset + damage.Length && entry.End > damage.Offset)
                    sequences.Add(new SequenceRange(entry.Sequence, entry.Sequence));
            }
            if (!sequences.All.IsEmpty)
                lost.Add((row.Queue, sequences));
        }
        return lost.Count == 0
            ? "no message was here, and the index has the settles and delivered marks: nothing is lost as long as the index exists"
            : $"lost, unless settled before: {string.Join("; ", lost.Select(part => $"of queue {part.Queue} {Name(part.Sequences)}"))}";
    }

    private static string Name(SequenceRanges sequences)
    {
        IEnumerable<string> ranges = sequences.All.ToArray().Select(range => range.From == range.To
            ? range.From.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{range.From} to {range.To}"));
        string named = string.Join(", ", ranges.Take(MaxNamed));
        return sequences.All.Length > MaxNamed ? $"messages {named} and others" : $"messages {named}";
    }

    private string FromBytes(DamagedBytes damage)
    {
        Span<byte> head = stackalloc byte[RecordHeader.Size];
        using IStoreFile log = files.Open(segment.Path, FileAccess.Read);
        bool isOneRecord = log.Read(head, damage.Offset) == head.Length && RecordHeader.ReadSize(head) == damage.Length;
        return (isOneRecord ? RecordHeader.ReadType(head) : 0) switch
        {
            RecordType.Message => "a message is lost",
            RecordType.Settle => "a settle record is lost; the messages that it named are delivered again",
            RecordType.Delivered => "a delivered mark is lost; messages may be delivered again without the redelivered flag",
            _ => "the contents are lost: messages, or settles, whose messages are then delivered again",
        };
    }
}
