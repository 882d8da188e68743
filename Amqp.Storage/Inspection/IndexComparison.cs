using Amqp.Storage.Indexes;
using Amqp.Storage.Records;
using Amqp.Storage.Segments;

namespace Amqp.Storage.Inspection;

/// <summary>Compares an index on disk with an index built from the segment's records. The records must be intact. Used once.</summary>
/// <param name="index">The index on disk.</param>
/// <param name="log">The index built from the records, with one block per record.</param>
/// <param name="logLength">Bytes of the segment's file.</param>
/// <param name="findings">Receives the differences.</param>
internal sealed class IndexComparison(SegmentIndexImage index, SegmentIndexBuilder log, long logLength, List<InspectionFinding> findings)
{
    public void Run(SegmentSummary actual)
    {
        SegmentSummary expected = log.Summarize(logLength);
        using var expectedFile = new MemoryFile([]);
        log.Write(expectedFile, expected);
        bool sameRows = Same("rows", actual.Rows.Select(ContentOf).SequenceEqual(expected.Rows.Select(ContentOf)));
        Same("blocks", IsGrouping(actual.Blocks, expected.Blocks));
        Same("settled messages", SettledIn(actual).SequenceEqual(SettledIn(expected)));
        Same("delivered marks", actual.Delivered.OrderBy(mark => mark.Key).SequenceEqual(expected.Delivered.OrderBy(mark => mark.Key)));
        if (!sameRows || !index.IsIntact)
            return;
        for (int i = 0; i < actual.Rows.Length; i++)
            CompareEntries(actual.Rows[i], expectedFile, expected.Rows[i]);
    }

    /// <summary>
    /// Returns the fields of a row that must be equal in both indexes. The other fields are locations in the index, which may differ.
    /// </summary>
    private static (uint, int, long, long, long) ContentOf(QueueRow row) => (row.Queue, row.Count, row.First, row.Last, row.Bytes);

    private static IEnumerable<(uint, long, long)> SettledIn(SegmentSummary summary) =>
        from entry in summary.Settled
        orderby entry.Key
        from range in entry.Value.All.ToArray()
        select (entry.Key, range.From, range.To);

    /// <summary>Returns true if each block consists of whole records, and the blocks together cover all records in order.</summary>
    private static bool IsGrouping(BlockExtent[] blocks, BlockExtent[] records)
    {
        int next = 0;
        foreach (BlockExtent block in blocks)
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
                same = false; // the group is intact, but its entries belong to another queue
            }
            if (same)
                continue;
            Report(
                Math.Min(entries.GroupAt, row.At + row.Size),
                0,
                $"entries of queue {row.Queue}, from sequence {expected.Current.Sequence} on");
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
        findings.Add(new InspectionFinding(
            index.Path,
            offset,
            length,
            IsDamage: true,
            $"the index is intact but differs from its log: {what}; delete it, and the next start rebuilds it"));
}
