using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text.Unicode;
using Amqp.Server.Instruments;

namespace Amqp.Server.Metrics;

/// <summary>Writes metrics in Prometheus' text format 0.0.4. Not thread-safe.</summary>
/// <param name="output">Receives the text.</param>
/// <param name="prefix">Prefix of the names, until <see cref="ChangePrefix"/> is called.</param>
internal sealed class MetricsWriter(PipeWriter output, string prefix)
{
    private string _prefix = prefix;
    private string _name = "";

    /// <summary>Begins a metric. The samples of the metric must be written next.</summary>
    public void Begin(string name, MetricKind kind, string help)
    {
        _name = name;
        Text("# TYPE ");
        Text(_prefix);
        Text(name);
        Text(kind switch
        {
            MetricKind.Counter => " counter\n",
            MetricKind.Gauge => " gauge\n",
            MetricKind.Histogram => " histogram\n",
            _ => " untyped\n",
        });
        Text("# HELP ");
        Text(_prefix);
        Text(name);
        Text(" ");
        Text(help);
        Text("\n");
    }

    /// <summary>Writes a sample of the metric.</summary>
    public void Sample(double value, params ReadOnlySpan<(string Label, string Value)> labels) => SampleOf("", value, labels);

    /// <summary>Writes a sample of a part of the metric, such as <c>_sum</c> of a histogram.</summary>
    public void SampleOf(string part, double value, params ReadOnlySpan<(string Label, string Value)> labels)
    {
        Text(_prefix);
        Text(_name);
        Text(part);
        if (!labels.IsEmpty)
        {
            Text("{");
            for (int i = 0; i < labels.Length; i++)
            {
                if (i > 0)
                    Text(",");
                Text(labels[i].Label);
                Text("=\"");
                Escaped(labels[i].Value);
                Text("\"");
            }
            Text("}");
        }
        Text(" ");
        Number(value);
        Text("\n");
    }

    /// <summary>Changes the prefix of the names that follow.</summary>
    public void ChangePrefix(string prefix) => _prefix = prefix;

    /// <summary>Sends the text written so far.</summary>
    public async Task FlushAsync(CancellationToken cancellation) => await output.FlushAsync(cancellation);

    private void Text(string text)
    {
        var span = output.GetSpan(3 * text.Length);
        Utf8.FromUtf16(text, span, out _, out int written);
        output.Advance(written);
    }

    private void Escaped(string text)
    {
        if (text.AsSpan().IndexOfAny('\\', '"', '\n') < 0)
        {
            Text(text);
            return;
        }
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '\\':
                    Text("\\\\");
                    break;
                case '"':
                    Text("\\\"");
                    break;
                case '\n':
                    Text("\\n");
                    break;
                default:
                    output.Advance(rune.EncodeToUtf8(output.GetSpan(4)));
                    break;
            }
        }
    }

    private void Number(double value)
    {
        var span = output.GetSpan(40);
        int written;
        if (value == Math.Floor(value) && Math.Abs(value) < 1L << 53)
            Utf8Formatter.TryFormat((long)value, span, out written);
        else
            Utf8Formatter.TryFormat(value, span, out written);
        output.Advance(written);
    }
}
