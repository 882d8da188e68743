using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Amqp.Server.Logging;

/// <summary>
/// Formats an event as one line: <c>2026-01-02 03:04:05.678 [info] message</c>, in UTC. An exception follows on further lines.
/// </summary>
/// <param name="time">Clock of the timestamps.</param>
internal sealed class LineFormatter(TimeProvider time) : ConsoleFormatter("line")
{
    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        Span<char> now = stackalloc char[24];
        time.GetUtcNow().TryFormat(now, out int length, "yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        textWriter.Write(now[..length]);
        textWriter.Write(" [");
        textWriter.Write(LogLevels.NameOf(logEntry.LogLevel));
        textWriter.Write("] ");
        WriteOneLine(logEntry.Formatter(logEntry.State, logEntry.Exception), textWriter);
        textWriter.Write('\n');
        if (logEntry.Exception is not null)
        {
            textWriter.Write(logEntry.Exception);
            textWriter.Write('\n');
        }
    }

    // Messages may contain text from clients, which must not forge a log line or control a terminal.
    private static void WriteOneLine(string message, TextWriter writer)
    {
        foreach (char character in message)
            writer.Write(char.IsControl(character) ? ' ' : character);
    }
}
