using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Configuration;

namespace Amqp.Server.Broker.Statistics;

/// <summary>Takes a sample of all counts every few seconds, for the rates and charts of the HTTP API.</summary>
/// <remarks>
/// Samples are taken one at a time, on the timer's thread. If the samples exceed the memory limit, their number stops growing.
/// </remarks>
/// <param name="virtualHosts">The virtual hosts whose objects are sampled.</param>
/// <param name="statistics">The counts of the broker as a whole.</param>
/// <param name="options">Interval and memory limit of the samples, and the data directory.</param>
/// <param name="faults">Receives exceptions that a sample throws.</param>
/// <param name="clock">Clock of the timer and of the samples.</param>
internal sealed class StatisticsSampler(
    VirtualHostTable virtualHosts, BrokerStatistics statistics, BrokerOptions options, ContainedFaults faults, TimeProvider clock)
    : IAsyncDisposable
{
    /// <summary>Weight (0 to 1) of a new value in the moving average of the consumer capacity.</summary>
    private const double CapacityWeight = 0.3;

    private readonly Lock _times = new(); // guards _last and _before
    private readonly Lock _sampling = new(); // held during a sample
    private ITimer? _timer;
    private long _last;
    private long _before;
    private long _bytes; // memory of all samples in bytes, measured when the latest sample was complete
    private long _bytesNow;

    /// <summary>Times of the last two samples, in milliseconds since 1970-01-01 UTC; 0 for a sample that was not taken yet.</summary>
    public (long Last, long Before) Times
    {
        get
        {
            lock (_times)
                return (_last, _before);
        }
    }

    /// <summary>Time between two samples.</summary>
    public TimeSpan Interval => options.Statistics.Interval;

    /// <summary>Current time, in milliseconds since 1970-01-01 UTC.</summary>
    public long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public void Start() => _timer = clock.CreateTimer(_ => Sample(), null, options.Statistics.Interval, options.Statistics.Interval);

    /// <summary>Deletes all samples.</summary>
    public void Reset()
    {
        lock (_sampling)
        {
            foreach (var host in virtualHosts.All)
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
            statistics.Samples = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
            await _timer.DisposeAsync();
    }

    /// <summary>Takes one sample. Does nothing if another thread is taking a sample.</summary>
    private void Sample()
    {
        if (!_sampling.TryEnter())
            return;
        try
        {
            long now = Now;
            _bytesNow = 0;
            var hosts = virtualHosts.All;
            foreach (var host in hosts)
                Sample(host, now);
            Span<long> row = stackalloc long[StatisticRows.BrokerWidth];
            StatisticRows.Read(statistics, hosts, options.DataDirectory, row);
            statistics.Samples = Add(statistics.Samples, now, row, SampleSeries.Global);
            _bytes = _bytesNow;
            lock (_times)
                (_last, _before) = (now, _last);
        }
        catch (Exception error)
        {
            faults.Note(Compartment.Statistics, "a sample of the statistics", error); // an error of the statistics must not stop the broker
        }
        finally
        {
            _sampling.Exit();
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
            series = new SampleSeries(row.Length, retention, (long)options.Statistics.Interval.TotalMilliseconds, isBaseline: _last == 0);
        }
        _bytesNow += series.Add(now, row, mayGrow: _bytes < options.Statistics.MaxMemory);
        return series;
    }

    private static void NoteCapacity(Queue queue)
    {
        double now = queue.Status.IsServed ? 1 : 0;
        queue.Traffic.ConsumerCapacity = queue.Counts.Consumers == 0
            ? null
            : queue.Traffic.ConsumerCapacity is { } before ? before + CapacityWeight * (now - before) : now;
    }
}
