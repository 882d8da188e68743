using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Snapshots;

/// <summary>A snapshot of the exchanges.</summary>
internal sealed class ExchangeTable(ExchangeMaker maker) : SnapshotTable
{
    private static readonly int[] _rated = [0, 1]; // the columns of a sample: messages in, messages out

    private readonly RateColumn _in = new("in_rate"), _out = new("out_rate");
    private ExchangeFacts? _facts;

    public override void Fill()
    {
        var facts = maker.Facts();
        if (!ReferenceEquals(facts, _facts))
            Columns = [.. facts.Columns, _in, _out];
        (_facts, Count) = (facts, facts.Exchanges.Length);
        _in.Reserve(Count);
        _out.Reserve(Count);
        var (last, before) = maker.Sampler.Times;
        Span<double> rates = stackalloc double[_rated.Length];
        for (int row = 0; row < Count; row++)
        {
            rates.Clear();
            if (facts.Exchanges[row].Samples is { } samples && samples.ChangedAt == last)
                samples.Rates(_rated, last, before, rates);
            (_in[row], _out[row]) = (RateColumn.Round(rates[0]), RateColumn.Round(rates[1]));
        }
    }

    public override VirtualHost HostOf(int row) => _facts!.Hosts[row];
}
