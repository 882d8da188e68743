using Amqp.Server.Broker.Definitions;
using Amqp.Storage.Faults;
using Amqp.Storage.Inspection;

namespace Amqp.Server.Inspection;

/// <summary>
/// Inspects a data directory that no broker is using. A report combines counts from the message store with queue names from the catalog.
/// </summary>
internal static class DataFolder
{
    /// <summary>Counts definitions, segments, and the messages of each queue.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="progress">Receives the progress, on the calling thread.</param>
    /// <exception cref="DataDirectoryException">
    /// The folder does not exist, is no data directory, is in use, or has a newer format.
    /// </exception>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static DataFolderReport Inspect(string path, IProgress<InspectionProgress>? progress)
    {
        using DataDirectoryInspection folder = DataDirectoryInspection.Open(path);
        var catalog = new CatalogContents(folder.Catalog);
        DataDirectoryContents contents = folder.Inspect(catalog.Queues.Keys.ToHashSet(), progress);
        return new DataFolderReport(
            Path.GetFullPath(path),
            folder.FormatVersion,
            folder.Size,
            Count(folder.Catalog.Count, catalog),
            contents.Segments,
            [.. Together(contents.Queues.Where(queue => queue.Exists || queue.Messages > 0).Select(queue => Name(queue, catalog)))
                .OrderBy(queue => queue.Name is null)
                .ThenBy(queue => queue.VirtualHost, StringComparer.Ordinal)
                .ThenBy(queue => queue.Name, StringComparer.Ordinal)],
            [.. Unreadable(folder, catalog), .. contents.Findings]);
    }

    /// <summary>Reads and checks all files.</summary>
    /// <inheritdoc cref="Inspect"/>
    public static DataFolderVerdict Verify(string path, IProgress<InspectionProgress>? progress)
    {
        using DataDirectoryInspection folder = DataDirectoryInspection.Open(path);
        InspectionFinding[] unreadable = [.. Unreadable(folder, new CatalogContents(folder.Catalog))];
        DataDirectoryVerdict verdict = folder.Verify(progress);
        return new DataFolderVerdict(
            Path.GetFullPath(path),
            folder.FormatVersion,
            verdict.IsSound && unreadable.Length == 0,
            verdict.Segments,
            verdict.Bytes,
            [.. unreadable, .. verdict.Findings]);
    }

    /// <summary>
    /// Merges the reports of each queue. A queue with priorities has several reports, because the store has a queue for each priority.
    /// </summary>
    private static IEnumerable<QueueReport> Together(IEnumerable<QueueReport> stored) => stored
        .GroupBy(queue => queue.Name is null ? ("", "", queue.Number) : (queue.VirtualHost!, queue.Name, 0u))
        .Select(levels => levels.First() with
        {
            Number = levels.Min(level => level.Number),
            Messages = levels.Sum(level => level.Messages),
            Bytes = levels.Sum(level => level.Bytes),
            RedeliveredUpTo = levels.Max(level => level.RedeliveredUpTo),
            LastSequence = levels.Max(level => level.LastSequence),
        });

    private static QueueReport Name(QueueContents queue, CatalogContents catalog)
    {
        bool isKnown = catalog.Queues.TryGetValue(queue.Number, out (string VirtualHost, string Name) known);
        return new QueueReport(
            isKnown ? known.VirtualHost : null,
            isKnown ? known.Name : null,
            queue.Number,
            queue.Messages,
            queue.Bytes,
            queue.RedeliveredUpTo,
            queue.LastSequence);
    }

    private static DefinitionCounts Count(int total, CatalogContents catalog)
    {
        int virtualHosts = catalog.Count(DefinitionKey.VirtualHosts);
        int users = catalog.Count(DefinitionKey.Users);
        int exchanges = catalog.Count(DefinitionKey.Exchanges);
        int queues = catalog.Count(DefinitionKey.Queues);
        int bindings = catalog.Count(DefinitionKey.Bindings);
        return new DefinitionCounts(
            total, virtualHosts, users, exchanges, queues, bindings, total - virtualHosts - users - exchanges - queues - bindings);
    }

    private static IEnumerable<InspectionFinding> Unreadable(DataDirectoryInspection folder, CatalogContents catalog) =>
        catalog.Unreadable.Select(unreadable => new InspectionFinding(
            folder.CatalogPath, unreadable.Entry.Offset, unreadable.Entry.Length, IsDamage: true,
            $"the definition {unreadable.Entry.Key} cannot be read: {unreadable.Reason}"));
}
