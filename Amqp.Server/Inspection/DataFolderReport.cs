using Amqp.Storage.Inspection;

namespace Amqp.Server.Inspection;

/// <summary>What a data folder holds, in the broker's words. Its properties are those of the JSON that <c>store inspect</c> prints.</summary>
/// <param name="Folder">Its path.</param>
/// <param name="FormatVersion">The format on disk.</param>
/// <param name="SizeOnDisk">In bytes.</param>
/// <param name="Catalog">Definitions by kind.</param>
/// <param name="Segments">Of the message log, in order.</param>
/// <param name="Queues">By virtual host and name; those that the catalog does not know come last.</param>
/// <param name="Findings">What was wrong on the way. Only a verification looks at everything.</param>
internal sealed record DataFolderReport(
    string Folder,
    int FormatVersion,
    DiskUsage SizeOnDisk,
    DefinitionCounts Catalog,
    IReadOnlyList<SegmentContents> Segments,
    IReadOnlyList<QueueReport> Queues,
    IReadOnlyList<InspectionFinding> Findings);

/// <summary>Entries of the catalog, by what they define.</summary>
internal sealed record DefinitionCounts(int Total, int VirtualHosts, int Users, int Exchanges, int Queues, int Bindings, int Other);

/// <summary>A durable queue and what the log holds of it.</summary>
/// <param name="VirtualHost">Null when the catalog does not know the queue's number: it was deleted, or its definition is lost.</param>
/// <param name="Name">Likewise.</param>
/// <param name="Number">The queue's in the message store; of one with priorities the lowest, the others follow.</param>
/// <param name="Messages">Not settled.</param>
/// <param name="Bytes">Of their payload, with properties and address.</param>
/// <param name="RedeliveredUpTo">Messages up to this sequence would be marked redelivered; 0 for none. Each priority has sequences of its own: the highest of these.</param>
/// <param name="LastSequence">The highest number given to a message, as far as the log knows; likewise.</param>
internal sealed record QueueReport(string? VirtualHost, string? Name, uint Number, long Messages, long Bytes, long RedeliveredUpTo, long LastSequence);

/// <summary>Whether a data folder is sound. Its properties are those of the JSON that <c>store verify</c> prints.</summary>
/// <param name="Folder">Its path.</param>
/// <param name="FormatVersion">The format on disk.</param>
/// <param name="IsSound">True when nothing is damaged.</param>
/// <param name="Segments">Of the message log, all of them read.</param>
/// <param name="BytesRead">In all files.</param>
/// <param name="Findings">What is damaged, and what a crash left, file by file.</param>
internal sealed record DataFolderVerdict(
    string Folder, int FormatVersion, bool IsSound, int Segments, long BytesRead, IReadOnlyList<InspectionFinding> Findings);
