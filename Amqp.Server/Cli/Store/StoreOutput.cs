using System.Globalization;
using Amqp.Server.Inspection;
using Amqp.Storage.Inspection;

namespace Amqp.Server.Cli.Store;

/// <summary>Prints a report about a data directory as text. In a table, only the last column may contain blanks.</summary>
/// <param name="output">Receives the text.</param>
internal sealed class StoreOutput(TextWriter output)
{
    private readonly bool _isTerminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;

    /// <summary>Prints the report of <c>store inspect</c>.</summary>
    public static void Print(DataFolderReport report, StoreOutput to)
    {
        DiskUsage size = report.SizeOnDisk;
        long other = size.Total - size.Log - size.Indexes - size.Acknowledgements - size.Catalog - size.Pages - size.Reserve;
        DefinitionCounts catalog = report.Catalog;
        to.Line($"folder: {report.Folder}");
        to.Line($"format: {report.FormatVersion}");
        to.Line(
            $"bytes on disk: {size.Total} (log {size.Log}, indexes {size.Indexes}, acknowledgements {size.Acknowledgements}, "
                + $"catalog {size.Catalog}, pages {size.Pages}, reserve {size.Reserve}, other {other})");
        to.Line(
            $"catalog: {catalog.Total} entries (virtual hosts {catalog.VirtualHosts}, users {catalog.Users}, "
                + $"exchanges {catalog.Exchanges}, queues {catalog.Queues}, bindings {catalog.Bindings}, other {catalog.Other})");
        to.Line(
            $"messages: {report.Queues.Where(queue => queue.Name is not null).Sum(queue => queue.Messages)}"
                + $" in {report.Queues.Count(queue => queue.Name is not null)} durable queues");
        to.Table(SegmentsOf(report));
        to.Table(QueuesOf(report));
        to.Findings(report.Findings);
    }

    /// <summary>Prints the result of <c>store verify</c>.</summary>
    public static void Print(DataFolderVerdict verdict, StoreOutput to)
    {
        to.Line($"folder: {verdict.Folder}");
        to.Line($"format: {verdict.FormatVersion}");
        to.Line($"read: {verdict.BytesRead} bytes, {verdict.Segments} segments");
        int damage = verdict.Findings.Count(finding => finding.IsDamage);
        to.Line(verdict.IsSound ? "sound: yes" : $"sound: no, {damage} {(damage == 1 ? "piece" : "pieces")} of damage");
        to.Findings(verdict.Findings);
    }

    private static OutputTable SegmentsOf(DataFolderReport report)
    {
        var table = new OutputTable(
            "segments", "segment", " bytes", " messages", " live", " live-bytes", " dead-bytes", " settles", "index", "acks", "state");
        foreach (SegmentContents segment in report.Segments)
        {
            table.Add(
                segment.Id.ToString("x16", CultureInfo.InvariantCulture),
                segment.LogBytes,
                segment.Messages,
                segment.LiveMessages,
                segment.LiveBytes,
                segment.DeadBytes,
                segment.Settles,
                YesOrNo(segment.HasIndex),
                YesOrNo(segment.HasAcknowledgements),
                segment.IsTail ? "tail" : "sealed");
        }
        return table;
    }

    private static OutputTable QueuesOf(DataFolderReport report)
    {
        var table = new OutputTable("queues", " number", " messages", " bytes", " redelivered-up-to", "virtual-host", "queue");
        foreach (QueueReport queue in report.Queues)
            table.Add(
                queue.Number, queue.Messages, queue.Bytes, queue.RedeliveredUpTo, queue.VirtualHost ?? "-",
                queue.Name ?? "(not in the catalog)");
        return table;
    }

    private static string YesOrNo(bool value) => value ? "yes" : "no";

    private void Findings(IReadOnlyList<InspectionFinding> findings)
    {
        var table = new OutputTable("findings", "kind", " offset", " length", "file", "what");
        foreach (InspectionFinding finding in findings)
            table.Add(finding.IsDamage ? "damage" : "crash", finding.Offset, finding.Length, finding.File, finding.Message);
        Table(table);
    }

    private void Line(string line) => output.WriteLine(line);

    private void Table(OutputTable table) => table.Print(output, _isTerminal);
}
