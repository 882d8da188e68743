using System.Text.Json;
using Amqp.Server.Inspection;
using Amqp.Storage.Inspection;

namespace Amqp.Server.Cli.Store;

/// <summary>
/// Writes the reports about a data directory as JSON. The fields are written one by one: with the source-generated serializer, for this and
/// the reports of <c>bench</c>, the native program was 400 kB larger.
/// </summary>
internal static class StoreJson
{
    public static void Write(Utf8JsonWriter json, DataFolderReport report)
    {
        json.WriteStartObject();
        json.WriteString("folder", report.Folder);
        json.WriteNumber("formatVersion", report.FormatVersion);
        json.WritePropertyName("sizeOnDisk");
        Write(json, report.SizeOnDisk);
        json.WritePropertyName("catalog");
        Write(json, report.Catalog);
        json.WriteStartArray("segments");
        foreach (SegmentContents segment in report.Segments)
            Write(json, segment);
        json.WriteEndArray();
        json.WriteStartArray("queues");
        foreach (QueueReport queue in report.Queues)
            Write(json, queue);
        json.WriteEndArray();
        Write(json, report.Findings);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, DataFolderVerdict verdict)
    {
        json.WriteStartObject();
        json.WriteString("folder", verdict.Folder);
        json.WriteNumber("formatVersion", verdict.FormatVersion);
        json.WriteBoolean("isSound", verdict.IsSound);
        json.WriteNumber("segments", verdict.Segments);
        json.WriteNumber("bytesRead", verdict.BytesRead);
        Write(json, verdict.Findings);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, DiskUsage size)
    {
        json.WriteStartObject();
        json.WriteNumber("total", size.Total);
        json.WriteNumber("log", size.Log);
        json.WriteNumber("indexes", size.Indexes);
        json.WriteNumber("acknowledgements", size.Acknowledgements);
        json.WriteNumber("catalog", size.Catalog);
        json.WriteNumber("pages", size.Pages);
        json.WriteNumber("reserve", size.Reserve);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, DefinitionCounts counts)
    {
        json.WriteStartObject();
        json.WriteNumber("total", counts.Total);
        json.WriteNumber("virtualHosts", counts.VirtualHosts);
        json.WriteNumber("users", counts.Users);
        json.WriteNumber("exchanges", counts.Exchanges);
        json.WriteNumber("queues", counts.Queues);
        json.WriteNumber("bindings", counts.Bindings);
        json.WriteNumber("other", counts.Other);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SegmentContents segment)
    {
        json.WriteStartObject();
        json.WriteNumber("id", segment.Id);
        json.WriteString("file", segment.File);
        json.WriteNumber("logBytes", segment.LogBytes);
        json.WriteNumber("indexBytes", segment.IndexBytes);
        json.WriteNumber("acknowledgementBytes", segment.AcknowledgementBytes);
        json.WriteNumber("messages", segment.Messages);
        json.WriteNumber("liveMessages", segment.LiveMessages);
        json.WriteNumber("liveBytes", segment.LiveBytes);
        json.WriteNumber("deadBytes", segment.DeadBytes);
        json.WriteNumber("settles", segment.Settles);
        json.WriteBoolean("hasIndex", segment.HasIndex);
        json.WriteBoolean("hasAcknowledgements", segment.HasAcknowledgements);
        json.WriteBoolean("isTail", segment.IsTail);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, QueueReport queue)
    {
        json.WriteStartObject();
        json.WriteString("virtualHost", queue.VirtualHost);
        json.WriteString("name", queue.Name);
        json.WriteNumber("number", queue.Number);
        json.WriteNumber("messages", queue.Messages);
        json.WriteNumber("bytes", queue.Bytes);
        json.WriteNumber("redeliveredUpTo", queue.RedeliveredUpTo);
        json.WriteNumber("lastSequence", queue.LastSequence);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<InspectionFinding> findings)
    {
        json.WriteStartArray("findings");
        foreach (InspectionFinding finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("file", finding.File);
            json.WriteNumber("offset", finding.Offset);
            json.WriteNumber("length", finding.Length);
            json.WriteBoolean("isDamage", finding.IsDamage);
            json.WriteString("message", finding.Message);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
