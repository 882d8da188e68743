using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Amqp.Server.Logging;

/// <summary>
/// Writes log lines to standard output or error. A thread collects lines for 10 ms, then writes them at once. Thread-safe.
/// </summary>
/// <remarks>While the output blocks, lines above a limit are dropped. A later log line reports their number.</remarks>
internal sealed class ConsoleLog : ILoggerProvider
{
    /// <summary>Time for which lines are collected after the first one.</summary>
    private static readonly TimeSpan _gathering = TimeSpan.FromMilliseconds(10);

    /// <summary>Maximum total length of all pending lines, in characters.</summary>
    private const int MostWaiting = 4 << 20;

    private readonly ConsoleFormatter _formatter;
    private readonly LogLevels _levels;
    private readonly TextWriter _output;
    private readonly Thread _writer;
    private readonly AutoResetEvent _news = new(false);
    private readonly AutoResetEvent _urgent = new(false);
    private readonly Lock _gate = new();
    private StringBuilder _waiting = new(); // guarded by _gate, like _dropped
    private long _dropped;
    private StringBuilder _written = new(); // owned by the writer thread
    private volatile bool _isDisposed;

    /// <summary>Starts the writer thread.</summary>
    /// <param name="formatter">Formats an event as a line.</param>
    /// <param name="levels">Minimum log level of each category.</param>
    /// <param name="output">Receives the lines. <see cref="Dispose"/> closes the output.</param>
    public ConsoleLog(ConsoleFormatter formatter, LogLevels levels, TextWriter output)
    {
        (_formatter, _levels, _output) = (formatter, levels, output);
        _writer = new Thread(Run) { IsBackground = true, Name = "Log" };
        _writer.Start();
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, this);

    /// <summary>
    /// Writes a line that is not a log event, after all earlier lines. Writes without delay, because a program may wait for the line.
    /// </summary>
    public void WriteLine(string line)
    {
        Add(new StringBuilder(line).Append('\n'));
        if (!_isDisposed)
            _urgent.Set();
    }

    /// <summary>Writes the pending lines and closes the output.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _news.Set();
        _urgent.Set();
        _writer.Join();
        _news.Dispose();
        _urgent.Dispose();
        _output.Dispose();
    }

    private void Add(StringBuilder line)
    {
        bool isFirst;
        lock (_gate)
        {
            if (_waiting.Length + line.Length > MostWaiting)
            {
                _dropped++;
                return;
            }
            isFirst = _waiting.Length == 0;
            _waiting.Append(line);
        }
        if (isFirst && !_isDisposed)
            _news.Set();
    }

    private void Run()
    {
        while (!_isDisposed)
        {
            _news.WaitOne();
            if (!_isDisposed)
                _urgent.WaitOne(_gathering);
            WriteWaiting();
        }
        WriteWaiting();
    }

    private void WriteWaiting()
    {
        long dropped;
        lock (_gate)
        {
            (_waiting, _written) = (_written, _waiting);
            (dropped, _dropped) = (_dropped, 0);
        }
        try
        {
            foreach (var part in _written.GetChunks())
                _output.Write(part.Span);
            if (dropped > 0)
                _output.WriteLine(
                    string.Create(CultureInfo.InvariantCulture, $"{dropped} log lines were dropped: the output did not take them"));
            _output.Flush();
        }
        catch (Exception)
        {
            // The pipe is closed or the disk is full. The broker keeps running, and has no other place to report the error.
        }
        if (_written.Capacity > 1 << 20)
            _written = new StringBuilder();
        _written.Clear();
    }

    private sealed class Logger(string name, ConsoleLog log) : ILogger
    {
        [ThreadStatic]
        private static StringWriter? _line;

        private readonly LogCategory _category = LogCategories.Of(name);

        public bool IsEnabled(LogLevel logLevel) => log._levels.IsEnabled(_category, logLevel);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = _line ??= new StringWriter(CultureInfo.InvariantCulture);
            log._formatter.Write(new LogEntry<TState>(logLevel, name, eventId, state, exception, formatter), scopeProvider: null, line);
            log.Add(line.GetStringBuilder());
            line.GetStringBuilder().Clear();
        }
    }
}
