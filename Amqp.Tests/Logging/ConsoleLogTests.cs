using System.Text;
using Amqp.Server.Configuration;
using Amqp.Server.Logging;
using Microsoft.Extensions.Logging;

namespace Amqp.Tests.Logging;

/// <summary>The broker writes its log to standard output.</summary>
public class ConsoleLogTests
{
    [Test]
    public void Lines_come_out_in_their_order_and_the_last_ones_at_the_end()
    {
        var output = new StringWriter();
        using (var log = new ConsoleLog(new LineFormatter(TimeProvider.System), new LogLevels(new LogOptions()), output))
        {
            var logger = log.CreateLogger("test");
            for (int number = 0; number < 1_000; number++)
                Write(logger, $"line {number}");
        }

        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines.Select(line => line.Split("line ")[1]), Is.EqualTo(Enumerable.Range(0, 1_000).Select(number => $"{number}")));
    }

    [Test]
    public void A_line_comes_out_without_another_after_it()
    {
        using var output = new BlockingOutput(isOpen: true);
        using var log = new ConsoleLog(new LineFormatter(TimeProvider.System), new LogLevels(new LogOptions()), output);

        Write(log.CreateLogger("test"), "alone");

        Assert.That(() => output.Text, Does.EndWith("alone\n").After(10_000, 10));
    }

    [Test]
    public void An_output_that_takes_nothing_holds_nobody_up_and_is_told_what_it_missed()
    {
        using var output = new BlockingOutput(isOpen: false);
        var log = new ConsoleLog(new LineFormatter(TimeProvider.System), new LogLevels(new LogOptions()), output);

        WriteTwentyMegabytes(log.CreateLogger("test"));
        output.Open();
        log.Dispose();

        Assert.That(output.Text, Does.Match(@"\n\d+ log lines were dropped: the output did not take them\n"));
        Assert.That(output.Text.Length, Is.LessThan(10 << 20));
    }

    [Test]
    public void Each_line_that_is_not_written_is_counted_once()
    {
        using var output = new BlockingOutput(isOpen: false);
        var log = new ConsoleLog(new LineFormatter(TimeProvider.System), new LogLevels(new LogOptions()), output);
        var logger = log.CreateLogger("test");
        WriteTwentyMegabytes(logger);
        output.Open();
        Assert.That(() => WrittenAndDropped(output), Is.EqualTo(20).After(10_000, 10));
        Write(logger, "afterwards");
        log.Dispose();

        Assert.That(WrittenAndDropped(output), Is.EqualTo(20));
        Assert.That(output.Text, Does.EndWith("afterwards\n"));
    }

    private static int WrittenAndDropped(BlockingOutput output)
    {
        string[] lines = output.Text.Split('\n');
        return lines.Count(line => line.EndsWith('x'))
            + lines.Where(line => line.EndsWith("did not take them", StringComparison.Ordinal))
                .Sum(line => int.Parse(line.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Writes twenty log lines, each with a megabyte of text.</summary>
    private static void WriteTwentyMegabytes(ILogger logger)
    {
        string megabyte = new('x', 1 << 20);
        for (int number = 0; number < 20; number++)
            Write(logger, megabyte);
    }

    private static void Write(ILogger logger, string message) =>
        logger.Log(LogLevel.Information, default, message, null, static (text, _) => text);

    private sealed class BlockingOutput(bool isOpen) : TextWriter
    {
        private readonly StringBuilder _text = new();
        private readonly ManualResetEventSlim _open = new(isOpen);

        public override Encoding Encoding => Encoding.UTF8;

        public string Text
        {
            get
            {
                lock (_text)
                    return _text.ToString();
            }
        }

        public void Open() => _open.Set();

        public override void Write(char value) => Write([value]);

        public override void Write(ReadOnlySpan<char> buffer)
        {
            _open.Wait();
            lock (_text)
                _text.Append(buffer);
        }

        public override void Write(string? value) => Write(value.AsSpan());

        public override void WriteLine(string? value) => Write(value + "\n");

        protected override void Dispose(bool disposing)
        {
            _open.Set();
            base.Dispose(disposing);
        }
    }
}
