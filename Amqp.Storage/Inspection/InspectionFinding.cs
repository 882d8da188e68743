using Amqp.Storage.Catalog;
using Amqp.Storage.Faults;
using Amqp.Storage.Indexes;
using Amqp.Storage.Records;

namespace Amqp.Storage.Inspection;

/// <summary>Damage or an unfinished write in a data directory.</summary>
/// <param name="File">Path of the file.</param>
/// <param name="Offset">Offset in the file, in bytes.</param>
/// <param name="Length">Bytes of the file that are affected.</param>
/// <param name="IsDamage">False for an unfinished write, which the next start repairs.</param>
/// <param name="Message">Description of the problem and its consequence.</param>
public sealed record InspectionFinding(string File, long Offset, long Length, bool IsDamage, string Message)
{
    internal const string TornTail =
        "an unfinished write, left by a crash; the next start cuts it off, and nothing that was confirmed is lost";
    internal const string DamagedHeader = "the file's header is damaged; the records after it can still be read";
    internal const string DamagedIndex = "the index is damaged; it is rebuilt from the log when it is needed, and nothing is lost";
    internal const string DamagedAcknowledgements = "the acknowledgements are damaged; the messages that they named are delivered again";
    internal const string DamagedCatalog = "the catalog is damaged here; a definition is lost, or a deleted one is back";

    /// <summary>Converts a finding of recovery, and adds a message for operators.</summary>
    internal static InspectionFinding Of(RecoveryFinding finding) =>
        new(finding.File, finding.Offset, finding.Length, !finding.IsTornTail, finding switch
        {
            { IsTornTail: true } => TornTail,
            { IsRebuilt: true } => DamagedIndex,
            { Offset: 0, Length: <= FileHeader.Size } => DamagedHeader,
            _ when finding.File.EndsWith(AcknowledgementFiles.Extension, StringComparison.Ordinal) => DamagedAcknowledgements,
            _ when finding.File.EndsWith(CatalogFile.Name, StringComparison.Ordinal) => DamagedCatalog,
            _ => "no record can be read here; the contents are lost",
        });
}
