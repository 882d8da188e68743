using System.Globalization;
using System.Text;
using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Names;
using Amqp.Server.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Amqp.Server.Hosting;

/// <summary>Publishes log lines to the exchange <c>amq.rabbitmq.log</c>, as RabbitMQ does with <c>log.exchange</c>. Thread-safe.</summary>
/// <remarks>The routing key is the level. Lines are dropped while the broker is not open, or no queue is bound to the exchange.</remarks>
/// <param name="formatter">Formats an event as a line.</param>
/// <param name="level">Lowest level that is published.</param>
/// <param name="contentType">Content type of the messages.</param>
internal sealed class LogExchange(ConsoleFormatter formatter, LogLevel level, string contentType) : ILoggerProvider
{
    private volatile MessageBroker? _broker;

    private LogLevel Level { get; } = level;

    private ConsoleFormatter Formatter { get; } = formatter;

    private string ContentType { get; } = contentType;

    /// <summary>Starts to publish. The broker must be open.</summary>
    public void Open(MessageBroker broker) => _broker = broker;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, this);

    /// <inheritdoc/>
    public void Dispose() => _broker = null;

    private void Publish(LogLevel lineLevel, string line) => _broker?.LogPublisher?.Publish(
        LogLevels.NameOf(lineLevel),
        new BasicProperties
        {
            ContentType = ContentType,
            Timestamp = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            Headers = new FieldTable([KeyValuePair.Create("node", FieldValue.FromString(Node.Name))]),
        },
        Encoding.UTF8.GetBytes(line));

    private sealed class Logger(string name, LogExchange log) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) =>
            logLevel >= log.Level && logLevel != LogLevel.None && log._broker?.LogPublisher is { IsHeard: true };

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            using var line = new StringWriter(CultureInfo.InvariantCulture);
            log.Formatter.Write(new LogEntry<TState>(logLevel, name, eventId, state, exception, formatter), scopeProvider: null, line);
            log.Publish(logLevel, line.ToString());
        }
    }
}
