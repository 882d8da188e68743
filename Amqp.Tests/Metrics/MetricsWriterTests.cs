using System.IO.Pipelines;
using System.Text;
using Amqp.Server.Instruments;
using Amqp.Server.Metrics;

namespace Amqp.Tests.Metrics;

public sealed class MetricsWriterTests
{
    [TestCase("plain ü", "plain ü")]
    [TestCase("a\"b\\c\nd", "a\\\"b\\\\c\\nd")]
    [TestCase("\u1234\n\U0001f407", "\u1234\\n\U0001f407")]
    public async Task A_label_is_escaped_so_that_a_sample_stays_on_its_line(string value, string written) =>
        Assert.That(
            await WrittenAsync(writer => writer.Sample(1, ("a", value), ("b", "c"))),
            Is.EqualTo($"p_n{{a=\"{written}\",b=\"c\"}} 1\n"));

    [TestCase(0, "0")]
    [TestCase(-12, "-12")]
    [TestCase(1.5, "1.5")]
    [TestCase(123_456_789_012, "123456789012")]
    [TestCase(1e15, "1000000000000000")]
    [TestCase(9_007_199_254_740_991, "9007199254740991")]
    [TestCase(1e300, "1E+300")]
    [TestCase(double.NaN, "NaN")]
    public async Task A_number_is_written_in_digits_where_that_is_exact(double value, string written) =>
        Assert.That(await WrittenAsync(writer => writer.Sample(value)), Is.EqualTo($"p_n {written}\n"));

    private static async Task<string> WrittenAsync(Action<MetricsWriter> write)
    {
        var pipe = new Pipe();
        var writer = new MetricsWriter(pipe.Writer, "p_");
        writer.Begin("n", MetricKind.Gauge, "help");
        write(writer);
        await writer.FlushAsync(CancellationToken.None);
        await pipe.Writer.CompleteAsync();
        using var text = new StreamReader(pipe.Reader.AsStream(), Encoding.UTF8);
        const string head = "# TYPE p_n gauge\n# HELP p_n help\n";
        string all = await text.ReadToEndAsync();
        Assert.That(all, Does.StartWith(head));
        return all[head.Length..];
    }
}
