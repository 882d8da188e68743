using Microsoft.Extensions.Logging;

namespace Amqp.Tests.Support;

/// <summary>A logger that keeps the log lines, each as <c>Level id text</c>.</summary>
internal class ListLogger : ILogger
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (Lines)
            Lines.Add($"{logLevel} {eventId.Id} {formatter(state, exception)}");
    }
}

/// <summary>A logger for one category that keeps the log lines.</summary>
internal sealed class ListLogger<TCategory> : ListLogger, ILogger<TCategory>;
