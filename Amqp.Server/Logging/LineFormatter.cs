using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Amqp.Server.Logging;

/// <summary>
/// Formats a log event as one line: <c>2026-01-02 03:04:05.678 [info] message</c>, in UTC. An exception follows on further lines.
/// </summary>
/// <param name="time">Clock of the timestamps.</param>
internal sealed class LineFormatter(TimeProvider time) : ConsoleFormatter("line")
{
    private static readonly SearchValues<char> _controls =
        SearchValues.Create([.. Enumerable.Range(0, 256).Select(code => (char)code).Where(char.IsControl)]);

    /// <summary>Replaces control characters: text from a client must not forge a log line or control a terminal.</summary>
    public static string OneLine(string message) => !message.AsSpan().ContainsAny(_controls) ? message
        : string.Create(message.Length, message, static (line, message) =>
        {
            for (int i = 0; i < line.Length; i++)
                line[i] = char.IsControl(message[i]) ? ' ' : message[i];
        });

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        WriteTime(time.GetUtcNow(), textWriter);
        textWriter.Write(" [");
        textWriter.Write(LogLevels.NameOf(logEntry.LogLevel));
        textWriter.Write("] ");
        textWriter.Write(OneLine(logEntry.Formatter(logEntry.State, logEntry.Exception)));
        textWriter.Write('\n');
        if (logEntry.Exception is not null)
        {
            textWriter.Write(logEntry.Exception);
            textWriter.Write('\n');
        }
    }

    // The standard format "u" is several times faster than a custom format.
    private static void WriteTime(DateTimeOffset time, TextWriter writer)
    {
        Span<char> text = stackalloc char[24];
        time.TryFormat(text, out int length, "u", CultureInfo.InvariantCulture); // 2026-01-02 03:04:05Z
        text[length - 1] = '.';
        time.Millisecond.TryFormat(text[length..], out int digits, "D3", CultureInfo.InvariantCulture);
        writer.Write(text[..(length + digits)]);
    }
}
