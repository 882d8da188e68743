using System.Buffers;
using System.Text.Json;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Management.Http;

/// <summary>The fields that a client requests, for example with <c>columns=name,arguments.x-expires</c>.</summary>
internal sealed class Columns
{
    private readonly Dictionary<string, Columns?> _fields = []; // a null value stands for the whole field

    private Columns()
    {
    }

    /// <summary>Parses the parameter <c>columns</c>. Returns null for all fields: if the parameter is missing or empty.</summary>
    public static Columns? Of(string? query)
    {
        if (string.IsNullOrEmpty(query))
            return null;
        var columns = new Columns();
        foreach (string path in query.Split(',', StringSplitOptions.RemoveEmptyEntries))
            columns.Add(path.Split('.'));
        return columns;
    }

    /// <summary>Finds a field by its path; null if there is none.</summary>
    public static JsonElement? Find(JsonElement item, string path)
    {
        foreach (string name in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty(name, out item))
                return null;
        return item;
    }

    /// <summary>Writes an object with only the requested fields.</summary>
    public void Write(Utf8JsonWriter json, JsonElement item)
    {
        json.WriteStartObject();
        foreach (var field in item.EnumerateObject())
        {
            if (!_fields.TryGetValue(field.Name, out var inner))
                continue;
            json.WritePropertyName(field.Name);
            if (inner is null || field.Value.ValueKind != JsonValueKind.Object)
                field.Value.WriteTo(json);
            else
                inner.Write(json, field.Value);
        }
        json.WriteEndObject();
    }

    /// <summary>
    /// Reduces an encoded object to the requested fields. An object with none of the fields becomes an empty array, as in RabbitMQ.
    /// </summary>
    public ReadOnlyMemory<byte> Cut(ReadOnlyMemory<byte> encoded, JsonWriterOptions options)
    {
        using var document = JsonDocument.Parse(encoded, JsonText.Own);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            return encoded;
        if (!document.RootElement.EnumerateObject().Any(field => _fields.ContainsKey(field.Name)))
            return "[]"u8.ToArray();
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, options))
            Write(json, document.RootElement);
        return output.WrittenMemory;
    }

    private void Add(ReadOnlySpan<string> path)
    {
        if (path.Length == 1)
            _fields[path[0]] = null;
        else if (!_fields.TryGetValue(path[0], out var inner))
            (_fields[path[0]] = new Columns()).Add(path[1..]);
        else
            inner?.Add(path[1..]);
    }
}
