using Amqp.Server.Configuration;

namespace Amqp.Server.Logging;

/// <summary>Keeps the last lines of the log in memory, for the HTTP API. Thread-safe.</summary>
/// <remarks>
/// Keeps the lines that are written to standard output. If none are, because <c>log.console</c> is off, keeps the lines of
/// <c>log.level</c>.
/// </remarks>
/// <param name="options">Options of the log, including the maximum number of lines.</param>
/// <param name="levels">Minimum log level of each category.</param>
/// <param name="clock">Clock of the timestamps.</param>
internal sealed class RecentLog(LogOptions options, LogLevels levels, TimeProvider clock) : ILoggerProvider
{
    /// <summary>Maximum total size of all lines, in bytes.</summary>
    private const int MostBytes = 4 << 20;

    /// <summary>Maximum length of a line, in characters. Only exceptions are longer.</summary>
    private const int MostCharacters = 16 << 10;

    /// <summary>Size of a line without its text, in bytes.</summary>
    private const int LineSize = 120;

    /// <summary>The last lines.</summary>
    public RecentItems<LogLine> Lines { get; } = new(options.RecentLines, MostBytes, clock.GetUtcNow());

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, this);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private bool IsKept(LogCategory category, LogLevel level) => options.RecentLines > 0
        && (levels.IsEnabled(category, level) || (!options.Console && level >= options.Level && level != LogLevel.None));

    private void Add(LogCategory category, LogLevel level, string message, Exception? exception)
    {
        string text = LineFormatter.OneLine(message);
        if (exception is not null)
            text = $"{text}\n{exception}";
        if (text.Length > MostCharacters)
            text = text[..MostCharacters];
        Lines.Add(new LogLine(clock.GetUtcNow(), level, category, text), LineSize + text.Length * sizeof(char));
    }

    private sealed class Logger(string name, RecentLog log) : ILogger
    {
        private readonly LogCategory _category = LogCategories.Of(name);

        public bool IsEnabled(LogLevel logLevel) => log.IsKept(_category, logLevel);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                log.Add(_category, logLevel, formatter(state, exception), exception);
        }
    }
}
