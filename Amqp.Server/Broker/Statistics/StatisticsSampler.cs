using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.Statistics;

/// <summary>Notes what everything has counted, every few seconds: rates are made of that, and the lines of charts.</summary>
/// <remarks>
/// One sample at a time, on the timer's thread. What a sample says stays with its object, so it goes with it. An object that never counted
/// anything has none, one that is idle has one or two rows; when all together take more than they may, series grow no further.
/// </remarks>
internal sealed class StatisticsSampler : IAsyncDisposable
{
    /// <summary>How much a new look weighs in the average that consumer capacity is.</summary>
    private const double CapacityWeight = 0.3;

    private readonly VirtualHostTable _virtualHosts;
    private readonly BrokerStatistics _statistics;
    private readonly ContainedFaults _faults;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _interval;
    private readonly long _mostBytes;
    private readonly string _dataDirectory;
    private readonly Lock _times = new();
    private readonly Lock _turn = new();
    private ITimer? _timer;
    private long _last;
    private long _before;
    private long _bytes; // in use after the last sample
    private long _bytesNow;

    /// <param name="virtualHosts">Whose objects.</param>
    /// <param name="statistics">What the broker counts as a whole.</param>
    /// <param name="faults">Told of a sample that failed.</param>
    /// <param name="clock">Says when.</param>
    /// <param name="interval">Time between two samples.</param>
    /// <param name="mostBytes">What samples may take in memory.</param>
    /// <param name="dataDirectory">Where the broker's disk is.</param>
    public StatisticsSampler(
        VirtualHostTable virtualHosts, BrokerStatistics statistics, ContainedFaults faults, TimeProvider clock, TimeSpan interval, long mostBytes, string dataDirectory) =>
        (_virtualHosts, _statistics, _faults, _clock, _interval, _mostBytes, _dataDirectory) = (virtualHosts, statistics, faults, clock, interval, mostBytes, dataDirectory);

    /// <summary>When the last sample was taken and when the one before, in milliseconds since 1970-01-01 UTC; 0: not yet.</summary>
    public (long Last, long Before) Times
    {
        get
        {
            lock (_times)
                return (_last, _before);
        }
    }

    public long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    public void Start() => _timer = _clock.CreateTimer(_ => Sample(), null, _interval, _interval);

    /// <summary>Forgets all samples.</summary>
    public void Reset()
    {
        lock (_turn)
        {
            foreach (var host in _virtualHosts.All)
            {
                foreach (var queue in host.Queues)
                    queue.Traffic.Samples = null;
                foreach (var exchange in host.Exchanges)
                    exchange.Samples = null;
                foreach (var channel in host.Statistics.Channels())
                    channel.Samples = null;
                foreach (var connection in host.Statistics.Connections())
                    connection.Samples = null;
                host.Statistics.Samples = null;
            }
            _statistics.Samples = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
            await _timer.DisposeAsync();
    }

    /// <summary>Takes one sample. A timer that comes again while it lasts is passed over.</summary>
    private void Sample()
    {
        if (!_turn.TryEnter())
            return;
        try
        {
            long now = Now;
            _bytesNow = 0;
            var hosts = _virtualHosts.All;
            foreach (var host in hosts)
                Sample(host, now);
            Span<long> row = stackalloc long[StatisticRows.BrokerWidth];
            StatisticRows.Read(_statistics, hosts, _dataDirectory, row);
            _statistics.Samples = Add(_statistics.Samples, now, row, SampleSeries.Global);
            _bytes = _bytesNow;
            lock (_times)
                (_last, _before) = (now, _last);
        }
        catch (Exception error)
        {
            _faults.Note(Compartment.Statistics, "a sample of the statistics", error); // the broker does without its charts rather than without its messages
        }
        finally
        {
            _turn.Exit();
        }
    }

    private void Sample(VirtualHost host, long now)
    {
        Span<long> row = stackalloc long[StatisticRows.HostWidth];
        StatisticRows.Read(host, row);
        host.Statistics.Samples = Add(host.Statistics.Samples, now, row, SampleSeries.Global);

        row = row[..StatisticRows.QueueWidth];
        foreach (var queue in host.Queues)
        {
            StatisticRows.Read(queue, row);
            queue.Traffic.Samples = Add(queue.Traffic.Samples, now, row, SampleSeries.Basic);
            NoteCapacity(queue);
        }

        row = row[..StatisticRows.ChannelWidth];
        foreach (var channel in host.Statistics.Channels())
        {
            StatisticRows.Read(channel.Read(), row);
            channel.Samples = Add(channel.Samples, now, row, SampleSeries.Basic);
        }

        row = row[..StatisticRows.Traffic.Length];
        foreach (var connection in host.Statistics.Connections())
        {
            StatisticRows.Read(connection, row);
            connection.Samples = Add(connection.Samples, now, row, SampleSeries.Basic);
        }

        host.Statistics.ReadExchanges((Sampler: this, Host: host, Now: now), static state =>
        {
            Span<long> row = stackalloc long[StatisticRows.Exchanged.Length];
            foreach (Exchange exchange in state.Host.Exchanges)
            {
                StatisticRows.Read(exchange.Counts, row);
                exchange.Samples = state.Sampler.Add(exchange.Samples, state.Now, row, SampleSeries.Basic);
            }
        });
    }

    private SampleSeries? Add(SampleSeries? series, long now, ReadOnlySpan<long> row, int[] retention)
    {
        if (series is null)
        {
            if (!row.ContainsAnyExcept(0))
                return null;
            series = new SampleSeries(row.Length, retention, (long)_interval.TotalMilliseconds, isBaseline: _last == 0);
        }
        _bytesNow += series.Add(now, row, mayGrow: _bytes < _mostBytes);
        return series;
    }

    private static void NoteCapacity(Queue queue)
    {
        double now = queue.Status.IsServed ? 1 : 0;
        queue.Traffic.ConsumerCapacity = queue.Counts.Consumers == 0 ? null : queue.Traffic.ConsumerCapacity is { } before ? before + CapacityWeight * (now - before) : now;
    }
}
