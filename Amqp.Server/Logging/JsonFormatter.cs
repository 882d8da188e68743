using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Amqp.Server.Logging;

/// <summary>
/// Formats a log event as a JSON object in one line: RabbitMQ's fields, the name of the log event, and the values in its text.
/// </summary>
/// <param name="time">Clock of the timestamps.</param>
internal sealed class JsonFormatter(TimeProvider time) : ConsoleFormatter("json")
{
    private const string Template = "{OriginalFormat}"; // the key under which .NET passes the message template

    // Escaping for web pages is not needed in a log, and would make it harder to read.
    private static readonly JsonWriterOptions _writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter) => Write(
        logEntry.LogLevel,
        logEntry.Category,
        logEntry.EventId,
        logEntry.Formatter(logEntry.State, logEntry.Exception),
        logEntry.State as IReadOnlyList<KeyValuePair<string, object?>>,
        logEntry.Exception,
        textWriter);

    // Not generic, because the native program has a copy of a generic method for each type of state: 2.5 kB each for this method.
    private void Write(
        LogLevel level,
        string source,
        EventId id,
        string message,
        IReadOnlyList<KeyValuePair<string, object?>>? values,
        Exception? exception,
        TextWriter output)
    {
        var line = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(line, _writing))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture));
            json.WriteString("level", LogLevels.NameOf(level));
            json.WriteString("msg", message);
            var category = LogCategories.Of(source);
            json.WriteString("domain", category == LogCategory.Default ? "rabbitmq" : $"rabbitmq.{LogCategories.NameOf(category)}");
            if (id.Name is { } name)
                json.WriteString("event", name);
            if (values is not null)
                WriteValues(json, values);
            if (exception is not null)
                json.WriteString("exception", exception.ToString());
            json.WriteEndObject();
        }
        output.Write(Encoding.UTF8.GetString(line.WrittenSpan));
        output.Write('\n');
    }

    private static void WriteValues(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>> values)
    {
        if (!values.Any(value => value.Key != Template))
            return;
        json.WriteStartObject("meta");
        foreach (var (name, value) in values.Where(value => value.Key != Template))
        {
            json.WritePropertyName(JsonNamingPolicy.SnakeCaseLower.ConvertName(name));
            switch (value)
            {
                case null:
                    json.WriteNullValue();
                    break;
                case int or long or ushort:
                    json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                    break;
                default:
                    json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                    break;
            }
        }
        json.WriteEndObject();
    }
}
