using Amqp.Storage.Catalog;
using Amqp.Storage.Faults;
using Amqp.Storage.Indexes;
using Amqp.Storage.Records;

namespace Amqp.Storage.Inspection;

/// <summary>Something in a data folder that is not as a store leaves it when it is closed.</summary>
/// <param name="File">Path of the file.</param>
/// <param name="Offset">Where in it, in bytes.</param>
/// <param name="Length">How many bytes are concerned.</param>
/// <param name="IsDamage">False for what a crash leaves and a start sees to.</param>
/// <param name="Message">What is wrong, and what it costs.</param>
public sealed record InspectionFinding(string File, long Offset, long Length, bool IsDamage, string Message)
{
    internal const string TornTail = "an unfinished write, as a crash leaves it; the next start cuts it off, and nothing that was confirmed is lost";
    internal const string DamagedHeader = "the file's header is damaged; the records behind it are read all the same";
    internal const string DamagedIndex = "the index is damaged; it is made anew from the log when it is needed, and nothing is lost";
    internal const string DamagedAcknowledgements = "the acknowledgements are damaged; the messages that they named come again";
    internal const string DamagedCatalog = "the catalog is damaged here; what was defined here is lost, or back if it was deleted here";

    /// <summary>What a start would find, in the words of somebody who only looks.</summary>
    internal static InspectionFinding Of(RecoveryFinding finding) =>
        new(finding.File, finding.Offset, finding.Length, !finding.IsTornTail, finding switch
        {
            { IsTornTail: true } => TornTail,
            { IsRebuilt: true } => DamagedIndex,
            { Offset: 0, Length: <= FileHeader.Size } => DamagedHeader,
            _ when finding.File.EndsWith(AcknowledgementFiles.Extension, StringComparison.Ordinal) => DamagedAcknowledgements,
            _ when finding.File.EndsWith(CatalogFile.Name, StringComparison.Ordinal) => DamagedCatalog,
            _ => "no record can be read here; what stood here is lost",
        });
}
