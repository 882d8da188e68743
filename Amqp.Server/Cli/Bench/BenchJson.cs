using System.Text.Json;
using Amqp.Server.Bench;

namespace Amqp.Server.Cli.Bench;

/// <summary>
/// Writes the settings and reports of <c>bench</c> as JSON. A field that does not apply is null. The fields are written one by one: with
/// the source-generated serializer, for this and the reports of <c>store</c>, the native program was 400 kB larger.
/// </summary>
internal static class BenchJson
{
    /// <summary>Returns one JSON object: the subcommand's name, the settings, and all fields of the report.</summary>
    public static string Text(string verb, Workload load, LoadReport report) =>
        Text(verb, json => Write(json, load), json => WriteFields(json, report));

    /// <inheritdoc cref="Text(string, Workload, LoadReport)"/>
    public static string Text(string verb, Workload load, DepthReport report) => Text(verb, json => Write(json, load), json =>
    {
        json.WriteString("broker", report.Broker);
        json.WriteStartObject("fill");
        WriteFields(json, report.Fill);
        json.WriteEndObject();
        json.WriteStartObject("drain");
        WriteFields(json, report.Drain);
        json.WriteEndObject();
        json.WriteStartArray("steps");
        foreach (DepthStep step in report.Steps)
        {
            json.WriteStartObject();
            json.WriteNumber("messages", step.Messages);
            json.WriteNumber("inRate", step.InRate);
            json.WriteNumber("outRate", step.OutRate);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    /// <inheritdoc cref="Text(string, Workload, LoadReport)"/>
    public static string Text(string verb, Churn churn, ChurnReport report) => Text(verb, json => Write(json, churn), json =>
    {
        json.WriteString("broker", report.Broker);
        json.WriteNumber("seconds", report.Seconds);
        json.WriteNumber("count", report.Count);
        Write(json, "rate", report.Rate);
        Write(json, "latency", report.Latency);
        Write(json, "ownProcess", report.OwnProcess);
        Write(json, "brokerProcess", report.BrokerProcess);
    });

    private static string Text(string verb, Action<Utf8JsonWriter> writeSettings, Action<Utf8JsonWriter> writeFields) =>
        JsonForms.EscapedText(json =>
        {
            json.WriteStartObject();
            json.WriteString("verb", verb);
            json.WriteStartObject("settings");
            writeSettings(json);
            json.WriteEndObject();
            writeFields(json);
            json.WriteEndObject();
        });

    /// <summary>Writes the settings without the address, which holds a password.</summary>
    private static void Write(Utf8JsonWriter json, Workload load)
    {
        json.WriteNumber("producers", load.Producers);
        json.WriteNumber("consumers", load.Consumers);
        json.WriteNumber("queues", load.Queues);
        json.WriteNumber("size", load.Size);
        json.WriteNumber("rate", load.Rate);
        json.WriteBoolean("isPersistent", load.IsPersistent);
        json.WriteBoolean("isDurable", load.IsDurable);
        json.WriteNumber("confirmWindow", load.ConfirmWindow);
        json.WriteNumber("acknowledgeEvery", load.AcknowledgeEvery);
        json.WriteString("ackWrite", Word(load.AckWrite));
        json.WriteNumber("prefetch", load.Prefetch);
        json.WriteString("exchange", Word(load.Exchange));
        json.WriteNumber("duration", load.Duration);
        json.WriteNumber("count", load.Count);
        json.WriteNumber("warmup", load.Warmup);
        json.WriteString("prefix", load.Prefix);
    }

    /// <summary>Writes the settings without the address, which holds a password.</summary>
    private static void Write(Utf8JsonWriter json, Churn churn)
    {
        json.WriteString("kind", Word(churn.Kind));
        json.WriteNumber("clients", churn.Clients);
        json.WriteNumber("duration", churn.Duration);
        json.WriteNumber("count", churn.Count);
        json.WriteNumber("warmup", churn.Warmup);
        json.WriteBoolean("isDurable", churn.IsDurable);
        json.WriteString("prefix", churn.Prefix);
    }

    private static void WriteFields(Utf8JsonWriter json, LoadReport report)
    {
        json.WriteString("broker", report.Broker);
        json.WriteNumber("seconds", report.Seconds);
        json.WriteNumber("published", report.Published);
        json.WriteNumber("confirmed", report.Confirmed);
        json.WriteNumber("rejected", report.Rejected);
        json.WriteNumber("consumed", report.Consumed);
        Write(json, "publishRate", report.PublishRate);
        Write(json, "confirmRate", report.ConfirmRate);
        Write(json, "consumeRate", report.ConsumeRate);
        Write(json, "deliveryLatency", report.DeliveryLatency);
        Write(json, "confirmLatency", report.ConfirmLatency);
        json.WriteNumber("blockedSeconds", report.BlockedSeconds);
        Write(json, "ownProcess", report.OwnProcess);
        Write(json, "brokerProcess", report.BrokerProcess);
    }

    private static void Write(Utf8JsonWriter json, string name, RateSummary? rate) => WriteObject(json, name, rate, present =>
    {
        json.WriteNumber("mean", present.Mean);
        json.WriteNumber("steady", present.Steady);
        json.WriteNumber("min", present.Min);
        json.WriteNumber("max", present.Max);
    });

    private static void Write(Utf8JsonWriter json, string name, LatencySummary? latency) => WriteObject(json, name, latency, present =>
    {
        json.WriteNumber("count", present.Count);
        json.WriteNumber("p50", present.P50);
        json.WriteNumber("p90", present.P90);
        json.WriteNumber("p99", present.P99);
        json.WriteNumber("p999", present.P999);
        json.WriteNumber("max", present.Max);
    });

    private static void Write(Utf8JsonWriter json, string name, ProcessCost? cost) => WriteObject(json, name, cost, present =>
    {
        var broker = present as BrokerCost;
        if (broker is not null)
        {
            json.WriteNumber("pid", broker.Pid);
            json.WriteNumber("rssAtStart", broker.RssAtStart);
            json.WriteNumber("rssMax", broker.RssMax);
            json.WriteNumber("rssAtEnd", broker.RssAtEnd);
        }
        json.WriteNumber("cpuSeconds", present.CpuSeconds);
        json.WriteNumber("cpuSecondsPerMillion", present.CpuSecondsPerMillion);
    });

    private static void WriteObject<T>(Utf8JsonWriter json, string name, T? value, Action<T> writeFields)
        where T : class
    {
        if (value is null)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartObject(name);
        writeFields(value);
        json.WriteEndObject();
    }

    /// <summary>Returns the name of an enum value. Each name is one word, so lower case is camel case.</summary>
    private static string Word(Enum value) => value.ToString().ToLowerInvariant();
}
