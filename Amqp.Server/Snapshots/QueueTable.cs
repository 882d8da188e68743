using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Snapshots;

/// <summary>A snapshot of the queues.</summary>
internal sealed class QueueTable : SnapshotTable
{
    /// <summary>Time in milliseconds over which the growth of a queue is measured.</summary>
    private const long GrowthTime = 60_000;

    /// <summary>Columns of the sampled counts that are shown as rates, in the order of the rate columns.</summary>
    private static readonly int[] _rated =
        [0, StatisticRows.QueueDelivered, StatisticRows.QueueAcknowledged, StatisticRows.QueueRedelivered];

    /// <summary>Number of queues whose memory is read together: see <see cref="QueueStatus.Touch"/>. Takes half of the time.</summary>
    private const int Batch = 32;

    /// <summary>Number of rows that a thread fills before a second thread is worth its start.</summary>
    private const int PartSize = 4_000;

    private readonly QueueMaker _maker;
    private readonly TrendColumn _trend;
    private QueueFacts? _facts;
    private long _touched; // keeps the compiler from leaving out the reads

    public QueueTable(QueueMaker maker)
    {
        _maker = maker;
        _trend = new TrendColumn("trend", (long)maker.Sampler.Interval.TotalMilliseconds);
    }

    /// <summary>The properties of the queues that seldom change.</summary>
    public QueueFacts Facts => _facts!;

    public TextColumn State { get; } = new("state");

    public NumberColumn Messages { get; } = new("messages");

    public NumberColumn Ready { get; } = new("messages_ready");

    public NumberColumn Unacknowledged { get; } = new("messages_unacknowledged");

    public NumberColumn Bytes { get; } = new("message_bytes");

    public NumberColumn Consumers { get; } = new("consumers");

    /// <summary>Rates of publishes, deliveries, acknowledgements and redeliveries.</summary>
    public RateColumn[] Rates { get; } = [new("publish_rate"), new("deliver_rate"), new("ack_rate"), new("redeliver_rate")];

    /// <summary>Messages per second by which a queue has grown in the last minute; negative if it has become shorter.</summary>
    public RateColumn Growth { get; } = new("growth");

    /// <summary>Estimated time when the first ready message was published: see <see cref="SampleSeries.Passed"/>.</summary>
    public NumberColumn OldestAt { get; } = new("oldest_at");

    /// <summary>Time of the last change of the counts. Unknown if they changed in the latest sample.</summary>
    public NumberColumn IdleSince { get; } = new("idle_since");

    public override void Fill()
    {
        var facts = _maker.Facts();
        var (last, before) = _maker.Sampler.Times;
        long now = _maker.Sampler.Now;
        if (!ReferenceEquals(facts, _facts))
            Use(facts);
        Count = facts.Queues.Length;
        foreach (var column in Columns)
            column.Reserve(Count);
        (_trend.Queues, _trend.Last) = (facts.Queues, last);
        int parts = Math.Min(Environment.ProcessorCount, 1 + Count / PartSize);
        if (parts == 1)
            Fill(0, Count, (now, last, before));
        else
            Parallel.For(0, parts, part =>
                Fill((int)((long)Count * part / parts), (int)((long)Count * (part + 1) / parts), (now, last, before)));
    }

    public override VirtualHost HostOf(int row) => Facts.Hosts[row];

    /// <summary>Fills some of the rows.</summary>
    private void Fill(int from, int to, (long Now, long Last, long Before) times)
    {
        long touched = 0;
        for (int row = from; row < to; row++)
        {
            if ((row - from) % Batch == 0)
                foreach (var each in Facts.Status.AsSpan(row, Math.Min(Batch, to - row)))
                    touched += each.Touch();
            var status = Facts.Status[row];
            var load = status.Load;
            State[row] = load.IsCrashed ? "crashed" : "running";
            (Messages[row], Ready[row], Unacknowledged[row]) = (load.Ready + load.Unacknowledged, load.Ready, load.Unacknowledged);
            (Bytes[row], Consumers[row]) = (load.Bytes, load.Consumers);
            FillFromSamples(row, status, load, times);
        }
        Interlocked.Add(ref _touched, touched);
    }

    private void FillFromSamples(int row, QueueStatus status, in QueueLoad load, (long Now, long Last, long Before) times)
    {
        var samples = status.Samples;
        Span<double> rates = stackalloc double[_rated.Length];
        rates.Clear();
        double growth = 0;
        long oldest = NumberColumn.Unknown, changed = samples?.ChangedAt ?? 0;
        if (samples is not null && changed == times.Last)
            samples.Rates(_rated, times.Last, times.Before, rates);
        if (samples is not null && changed > times.Last - GrowthTime)
            growth = samples.Growth(StatisticRows.QueueDepth, times.Last - GrowthTime, times.Last);
        if (load.Ready > 0 && load.Published >= load.Ready)
            oldest = samples?.Passed(0, load.Published - load.Ready, load.Published, times.Now, times.Last)
                ?? Math.Max(times.Last, status.CreatedAt); // the first message came after the latest sample
        for (int i = 0; i < rates.Length; i++)
            Rates[i][row] = RateColumn.Round(rates[i]);
        Growth[row] = RateColumn.Round(growth);
        OldestAt[row] = oldest;
        IdleSince[row] = changed == 0 ? status.CreatedAt : changed == times.Last ? NumberColumn.Unknown : changed;
    }

    private void Use(QueueFacts facts)
    {
        _facts = facts;
        Columns =
        [
            facts.Name, facts.Host, facts.Type, facts.Durable, facts.Exclusive, facts.AutoDelete, State, facts.Policy, facts.Features,
            Messages, Ready, Unacknowledged, Bytes, Consumers, .. Rates, Growth, OldestAt, IdleSince, facts.Node, _trend,
        ];
    }
}
