using Amqp.Storage.Inspection;

namespace Amqp.Server.Inspection;

/// <summary>Contents of a data directory. The command <c>store inspect</c> prints this object as JSON.</summary>
/// <param name="Folder">Full path of the folder.</param>
/// <param name="FormatVersion">Version of the format on disk.</param>
/// <param name="SizeOnDisk">Sizes in bytes.</param>
/// <param name="Catalog">Number of definitions by kind.</param>
/// <param name="Segments">Segments of the message log, in order.</param>
/// <param name="Queues">Queues, ordered by virtual host and name. Queues without a definition come last.</param>
/// <param name="Findings">Faults found during the count, which does not read all data.</param>
internal sealed record DataFolderReport(
    string Folder,
    int FormatVersion,
    DiskUsage SizeOnDisk,
    DefinitionCounts Catalog,
    IReadOnlyList<SegmentContents> Segments,
    IReadOnlyList<QueueReport> Queues,
    IReadOnlyList<InspectionFinding> Findings);

/// <summary>Number of entries in the catalog, by kind.</summary>
internal sealed record DefinitionCounts(int Total, int VirtualHosts, int Users, int Exchanges, int Queues, int Bindings, int Other);

/// <summary>A durable queue and its messages in the log.</summary>
/// <param name="VirtualHost">Null if the queue has no definition, because the queue was deleted or the definition is lost.</param>
/// <param name="Name">Null if the virtual host is null.</param>
/// <param name="Number">Number in the message store; for a queue with priorities, the lowest of its numbers.</param>
/// <param name="Messages">Number of unsettled messages.</param>
/// <param name="Bytes">Bytes of the unsettled messages.</param>
/// <param name="RedeliveredUpTo">
/// Messages up to this sequence number are marked as redelivered at the next start; 0: none. For a queue with priorities, the highest
/// number over all priorities.
/// </param>
/// <param name="LastSequence">
/// Highest sequence number in the log; for a queue with priorities, the highest number over all priorities.
/// </param>
internal sealed record QueueReport(
    string? VirtualHost, string? Name, uint Number, long Messages, long Bytes, long RedeliveredUpTo, long LastSequence);

/// <summary>Result of the verification of a data directory. The command <c>store verify</c> prints this object as JSON.</summary>
/// <param name="Folder">Full path of the folder.</param>
/// <param name="FormatVersion">Version of the format on disk.</param>
/// <param name="IsSound">True if nothing is damaged.</param>
/// <param name="Segments">Number of segments of the message log.</param>
/// <param name="BytesRead">Bytes read, in all files.</param>
/// <param name="Findings">Damage and unfinished writes, in the order of the files.</param>
internal sealed record DataFolderVerdict(
    string Folder, int FormatVersion, bool IsSound, int Segments, long BytesRead, IReadOnlyList<InspectionFinding> Findings);
