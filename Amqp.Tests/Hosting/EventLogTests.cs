using Amqp.Protocol;
using Amqp.Server.Broker.Events;
using Amqp.Server.Hosting;
using Amqp.Server.Logging;
using Microsoft.Extensions.Logging;

namespace Amqp.Tests.Hosting;

/// <summary>The broker logs an event only if the log category of the event has the level debug.</summary>
public class EventLogTests
{
    [TestCase("connection.created", LogCategory.Connection)]
    [TestCase("channel.created", LogCategory.Channel)]
    [TestCase("consumer.deleted", LogCategory.Channel)]
    [TestCase("queue.deleted", LogCategory.Queue)]
    [TestCase("exchange.created", LogCategory.Queue)]
    [TestCase("binding.created", LogCategory.Queue)]
    [TestCase("user.created", LogCategory.Default)]
    [TestCase("policy.set", LogCategory.Default)]
    public void An_event_is_of_the_category_that_it_is_about(string name, object category)
    {
        var debugged = new Debugged((LogCategory)category);
        var log = new EventLog(debugged);

        Assert.That(log.IsListening);
        foreach (string happened in new[] { "connection.closed", "channel.closed", "queue.created", "vhost.created", name })
            log.Hear(new BrokerEvent(happened, default, new FieldTable(
                [KeyValuePair.Create("name", FieldValue.FromString("a")), KeyValuePair.Create("port", FieldValue.FromInt64(7))])));

        Assert.That(
            debugged.Lines, Has.Member($"{name}: name: a, port: 7").And.Count.EqualTo(2), "events of other categories are not logged");
    }

    [Test]
    public void Where_nobody_debugs_nothing_is_listened_to() => Assert.That(new EventLog(new Debugged(null)).IsListening, Is.False);

    /// <summary>Collects log lines. Only the given category has the level debug. If it is null, no category has this level.</summary>
    private sealed class Debugged(LogCategory? category) : ILoggerFactory
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => new Logger(LogCategories.Of(categoryName) == category, Lines);

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        private sealed class Logger(bool isOn, List<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => isOn || logLevel > LogLevel.Debug;

            public void Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                lines.Add(formatter(state, exception));
        }
    }
}
