using Amqp.Server.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amqp.Tests.Logging;

/// <summary>The formatter writes log lines as plain text.</summary>
public class LineFormatterTests
{
    [TestCase(LogLevel.Debug, "debug")]
    [TestCase(LogLevel.Information, "info")]
    [TestCase(LogLevel.Warning, "warning")]
    [TestCase(LogLevel.Error, "error")]
    [TestCase(LogLevel.Critical, "critical")]
    public void A_line_has_time_and_level_before_the_message(LogLevel level, string name) =>
        Assert.That(Format(level, "hello"), Is.EqualTo($"2026-01-02 03:04:05.678 [{name}] hello\n"));

    [Test]
    public void What_a_client_sends_makes_no_line_of_its_own() =>
        Assert.That(Format(LogLevel.Information, "user 'a\r\nb\u001b[2J'"), Is.EqualTo("2026-01-02 03:04:05.678 [info] user 'a  b [2J'\n"));

    [Test]
    public void An_exception_follows_the_line() =>
        Assert.That(
            Format(LogLevel.Error, "failed", new InvalidOperationException("why")),
            Is.EqualTo("2026-01-02 03:04:05.678 [error] failed\nSystem.InvalidOperationException: why\n"));

    private static string Format(LogLevel level, string message, Exception? exception = null)
    {
        var writer = new StringWriter();
        var entry = new LogEntry<string>(level, "category", default, message, exception, (state, _) => state);
        new LineFormatter(new StoppedClock()).Write(entry, null, writer);
        return writer.ToString();
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
    }
}
