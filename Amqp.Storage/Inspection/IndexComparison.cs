using Amqp.Storage.Indexes;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Inspection;

/// <summary>Compares an index with the one that its log, which is sound, would give. Used once.</summary>
/// <param name="index">What is on disk.</param>
/// <param name="log">The log's records, each a block of its own.</param>
/// <param name="logLength">Bytes of the log.</param>
/// <param name="findings">Receives the differences.</param>
internal sealed class IndexComparison(SegmentIndexImage index, SegmentIndexBuilder log, long logLength, List<InspectionFinding> findings)
{
    /// <param name="actual">The index's summary.</param>
    public void Run(SegmentSummary actual)
    {
        SegmentSummary expected = log.Summarize(logLength);
        using var expectedFile = new MemoryFile([]);
        log.Write(expectedFile, expected);
        bool sameRows = Same("rows", actual.Rows.Select(Essence).SequenceEqual(expected.Rows.Select(Essence)));
        Same("blocks", IsGrouping(actual.Blocks, expected.Blocks));
        Same("settled messages", SettledIn(actual).SequenceEqual(SettledIn(expected)));
        Same("delivered marks", actual.Delivered.OrderBy(mark => mark.Key).SequenceEqual(expected.Delivered.OrderBy(mark => mark.Key)));
        if (!sameRows || !index.IsIntact)
            return;
        for (int i = 0; i < actual.Rows.Length; i++)
            CompareEntries(actual.Rows[i], expectedFile, expected.Rows[i]);
    }

    /// <summary>What a row says of the log, and not of where things are in the index.</summary>
    private static (uint, int, long, long, long) Essence(QueueRow row) => (row.Queue, row.Count, row.First, row.Last, row.Bytes);

    private static IEnumerable<(uint, long, long)> SettledIn(SegmentSummary summary) =>
        from entry in summary.Settled
        orderby entry.Key
        from range in entry.Value.All.ToArray()
        select (entry.Key, range.From, range.To);

    /// <summary>True when the blocks hold all records, whole and in order.</summary>
    private static bool IsGrouping(BlockPlace[] blocks, BlockPlace[] records)
    {
        int next = 0;
        foreach (BlockPlace block in blocks)
        {
            long at = block.Offset;
            while (next < records.Length && records[next].Offset == at && at < block.Offset + block.Length)
                at += records[next++].Length;
            if (at != block.Offset + block.Length)
                return false;
        }
        return next == records.Length;
    }

    private void CompareEntries(in QueueRow row, MemoryFile expectedFile, in QueueRow expectedRow)
    {
        using EntryCursor entries = index.OpenEntries(row);
        using var expected = new EntryCursor(expectedFile, index.Segment, expectedRow, expectedRow.At, from: 0);
        while (expected.MoveNext())
        {
            bool same;
            try
            {
                same = entries.MoveNext() && entries.Current == expected.Current;
            }
            catch (InvalidDataException)
            {
                same = false; // whole records, but not those of this queue
            }
            if (same)
                continue;
            Report(Math.Min(entries.GroupAt, row.At + row.Size), 0, $"entries of queue {row.Queue}, from sequence {expected.Current.Sequence} on");
            return;
        }
    }

    private bool Same(string what, bool isSame)
    {
        if (!isSame)
            Report(FileHeader.Size, RecordHeader.ReadSize(index.File.Bytes[FileHeader.Size..]), what);
        return isSame;
    }

    private void Report(long offset, long length, string what) =>
        findings.Add(new InspectionFinding(index.Path, offset, length, IsDamage: true, $"the index is whole but says something else than its log: {what}; delete it, and the next start makes it anew"));
}
