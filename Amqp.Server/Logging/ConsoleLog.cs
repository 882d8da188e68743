using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Amqp.Server.Logging;

/// <summary>Writes log lines to standard output or error, from a thread of its own: all that came within some milliseconds at once.</summary>
/// <remarks>
/// <para>.NET's own console logger wakes its thread for each line, which took a tenth of what opening and closing a connection takes.</para>
/// <para>Thread-safe: one lock owns the lines that wait. An output that takes nothing any more stops nobody: lines that find no room are counted and dropped.</para>
/// </remarks>
internal sealed class ConsoleLog : ILoggerProvider
{
    /// <summary>How long lines gather after the first one, in milliseconds.</summary>
    private const int Gathering = 10;

    /// <summary>Characters that may wait to be written.</summary>
    private const int MostWaiting = 4 << 20;

    private readonly ConsoleFormatter _formatter;
    private readonly LogLevels _levels;
    private readonly TextWriter _output;
    private readonly Thread _writer;
    private readonly AutoResetEvent _news = new(false);
    private readonly Lock _gate = new();
    private StringBuilder _waiting = new(); // under the gate, as is the next
    private long _dropped;
    private StringBuilder _written = new(); // owned by the thread
    private volatile bool _isDisposed;

    /// <param name="formatter">Makes an event a line.</param>
    /// <param name="levels">What is to be written at all.</param>
    /// <param name="output">Where to write. Disposed of with this.</param>
    public ConsoleLog(ConsoleFormatter formatter, LogLevels levels, TextWriter output)
    {
        (_formatter, _levels, _output) = (formatter, levels, output);
        _writer = new Thread(Run) { IsBackground = true, Name = "Log" };
        _writer.Start();
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, this);

    /// <summary>Writes a line that is no event, behind all events so far.</summary>
    public void WriteLine(string line) => Add(line + '\n');

    /// <summary>Writes what is left.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _news.Set();
        _writer.Join();
        _news.Dispose();
        _output.Dispose();
    }

    private void Add(string line)
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
                Thread.Sleep(Gathering);
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
                _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{dropped} log lines were dropped: the output did not take them"));
            _output.Flush();
        }
        catch (Exception)
        {
            // Nobody reads the log any more, or it cannot be written: that must not stop the broker, and there is nobody to tell.
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

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = _line ??= new StringWriter(CultureInfo.InvariantCulture);
            log._formatter.Write(new LogEntry<TState>(logLevel, name, eventId, state, exception, formatter), scopeProvider: null, line);
            log.Add(line.ToString());
            line.GetStringBuilder().Clear();
        }
    }
}
