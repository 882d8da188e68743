using System.Text.Json;
using Amqp.Server.Broker.Deduplication;

namespace Amqp.Server.Management.Views;

/// <summary>The keys of a deduplicating queue or exchange as JSON, in the format of RabbitMQ's plugin.</summary>
internal static class DeduplicationView
{
    /// <summary>Writes number, memory and limit of the keys. Writes nothing for a queue or exchange that accepts repeats.</summary>
    public static void Write(Utf8JsonWriter json, string name, DeduplicationWindow? window)
    {
        if (window is null)
            return;
        var (keys, bytes) = window.Use;
        json.WriteStartObject(name);
        json.WriteNumber("entries", keys);
        json.WriteNumber("bytes", bytes);
        json.WriteNumber("size", window.Size);
        json.WriteEndObject();
    }

    /// <summary>Writes LavinMQ's number of dropped repeats, as a member of <c>message_stats</c>.</summary>
    public static void WriteRepeats(Utf8JsonWriter json, DeduplicationWindow? window)
    {
        if (window is not null)
            json.WriteNumber("dedup", window.Repeats);
    }
}
