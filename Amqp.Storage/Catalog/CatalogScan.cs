using Amqp.Storage.Faults;
using Amqp.Storage.Records;

namespace Amqp.Storage.Catalog;

/// <summary>Reads the file of the catalog without changing it.</summary>
internal static class CatalogScan
{
    public delegate void Found(ReadOnlySpan<byte> record, long offset);

    /// <summary>Reads the intact records of a catalog.</summary>
    /// <param name="path">Path of the file, for findings.</param>
    /// <param name="bytes">Contents of the file.</param>
    /// <param name="findings">Receives damage, and an unfinished write at the end.</param>
    /// <param name="onRecord">Called for each record, in order.</param>
    /// <returns>Offset after the last intact record. An unfinished write may follow.</returns>
    public static long Read(string path, ReadOnlySpan<byte> bytes, List<RecoveryFinding> findings, Found onRecord)
    {
        int start = Math.Min(bytes.Length, FileHeader.Size);
        if (!FileHeader.IsIntact(bytes, FileHeader.CatalogMagic, id: 0))
            findings.Add(new RecoveryFinding(path, 0, start, IsTornTail: false));
        var records = new RecordScanner(bytes[start..], file: 0, start);
        while (true)
        {
            // One check finds damage before a record and after the last record, because the compiler of .NET 10.0 would remove a second
            // check.
            bool hasRecord = records.MoveNext();
            if (records.Skipped.Length > 0)
                findings.Add(new RecoveryFinding(path, records.Skipped.Offset, records.Skipped.Length, IsTornTail: !hasRecord));
            if (!hasRecord)
                return records.Skipped.Offset;
            if (CatalogRecord.IsWellFormed(records.Record))
                onRecord(records.Record, records.Offset);
            else
                findings.Add(new RecoveryFinding(path, records.Offset, records.Record.Length, IsTornTail: false));
        }
    }

    /// <summary>Applies a record to the dictionary: sets or removes an entry.</summary>
    public static void Apply(ReadOnlySpan<byte> record, SortedDictionary<string, byte[]> entries)
    {
        string key = CatalogRecord.ReadKey(record);
        if (RecordHeader.ReadType(record) == RecordType.CatalogPut)
            entries[key] = CatalogRecord.ReadValue(record).ToArray();
        else
            entries.Remove(key);
    }
}
