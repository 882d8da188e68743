using Amqp.Storage.Inspection;

namespace Amqp.Server.Inspection;

/// <summary>Contents of a data directory. The properties are those of the JSON that <c>store inspect</c> prints.</summary>
/// <param name="Folder">Full path of the folder.</param>
/// <param name="FormatVersion">Version of the format on disk.</param>
/// <param name="SizeOnDisk">Sizes in bytes.</param>
/// <param name="Catalog">Number of definitions by kind.</param>
/// <param name="Segments">Segments of the message log, in order.</param>
/// <param name="Queues">Queues by virtual host and name; queues without a definition in the catalog come last.</param>
/// <param name="Findings">Faults met while counting. Only a verification reads and checks all data.</param>
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
/// <param name="VirtualHost">Null if the catalog has no queue with this number: the queue was deleted, or its definition is lost.</param>
/// <param name="Name">Null if the virtual host is null.</param>
/// <param name="Number">Number in the message store. A queue with priorities has several numbers; the value is the lowest.</param>
/// <param name="Messages">Number of unsettled messages.</param>
/// <param name="Bytes">Bytes of the unsettled messages, with their properties and addresses.</param>
/// <param name="RedeliveredUpTo">
/// A start of the broker marks messages up to this sequence as redelivered; 0 for none. With priorities, each priority has sequences of its
/// own; the value is then the highest of all priorities.
/// </param>
/// <param name="LastSequence">Highest sequence of a message known to the log; with priorities, the highest of all priorities.</param>
internal sealed record QueueReport(
    string? VirtualHost, string? Name, uint Number, long Messages, long Bytes, long RedeliveredUpTo, long LastSequence);

/// <summary>Result of the verification of a data directory. The properties are those of the JSON that <c>store verify</c> prints.</summary>
/// <param name="Folder">Full path of the folder.</param>
/// <param name="FormatVersion">Version of the format on disk.</param>
/// <param name="IsSound">True if nothing is damaged.</param>
/// <param name="Segments">Number of segments of the message log, all of which were read.</param>
/// <param name="BytesRead">Bytes read, in all files.</param>
/// <param name="Findings">Damage, and traces of a crash, file by file.</param>
internal sealed record DataFolderVerdict(
    string Folder, int FormatVersion, bool IsSound, int Segments, long BytesRead, IReadOnlyList<InspectionFinding> Findings);
