using System.Diagnostics;

namespace Amqp.Server.Bench;

/// <summary>Runs one load, with a thread for each producer and each consumer.</summary>
/// <param name="load">Settings of the load. The queues must exist.</param>
/// <param name="topology">Names of the queues and the exchange.</param>
internal sealed class LoadRun(Workload load, LoadTopology topology)
{
    private const int SampleMilliseconds = 100;
    private const int PollMilliseconds = 10;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _closeLimit = TimeSpan.FromSeconds(40);

    private readonly LoadControl _control = new(TimeSpan.FromSeconds(load.Warmup));
    private readonly List<Producer> _producers = [];
    private readonly List<Consumer> _consumers = [];
    private readonly UsageMeter _usage = new(load.BrokerPid);
    private LoadSample _atMeasureStart;
    private LoadSample _lastSecond;
    private int _seconds;
    private int _blockedSeconds;

    /// <summary>Number of messages that the queues hold before the run starts.</summary>
    public long Waiting { get; init; }

    /// <summary>Receives the progress once a second; may be null.</summary>
    public Action<LoadProgress>? Progress { get; init; }

    /// <summary>Samples of the counts, taken during the run.</summary>
    public LoadSeries Series { get; } = new();

    private static long Now => Stopwatch.GetTimestamp();

    /// <summary>Runs the load until all published messages have arrived.</summary>
    /// <param name="broker">Product and version of the broker.</param>
    /// <param name="cancellation">Ends the publishing early. The published messages are still received.</param>
    /// <exception cref="LoadException">The broker closed a connection, did not reply, or lost messages.</exception>
    public LoadReport Run(string broker, CancellationToken cancellation)
    {
        var threads = new List<Thread>();
        try
        {
            for (int i = 0; i < load.Consumers; i++)
                _consumers.Add(new Consumer(load, topology, _control, i));
            for (int i = 0; i < load.Producers; i++)
                _producers.Add(new Producer(load, topology, _control, i));
            _control.Begin();
            _usage.Begin();
            _atMeasureStart = _lastSecond = Take();
            threads.AddRange(_consumers.Select(consumer => _control.Start(consumer.Run, "consumer")));
            threads.AddRange(_producers.Select(producer => _control.Start(producer.Run, "producer")));
            Watch(cancellation);
            LoadReport report = Report(broker);
            _control.StopAll();
            Join(threads);
            ThrowFailure();
            return report;
        }
        finally
        {
            _control.StopAll();
            Join(threads);
            _producers.ForEach(producer => producer.Dispose());
            _consumers.ForEach(consumer => consumer.Dispose());
        }
    }

    private void Watch(CancellationToken cancellation)
    {
        long stopAt = load.Count > 0 ? long.MaxValue : _control.MeasureFrom + load.Duration * Stopwatch.Frequency;
        long nextSample = _control.StartsAt;
        long consumed = 0;
        long progressAt = Now;
        bool isWarm = load.Warmup == 0;
        while (true)
        {
            ThrowFailure();
            // FinishedAt is read first. If all producers have finished, the sample below then has their final counts.
            bool isPublished = _producers.TrueForAll(producer => producer.FinishedAt > 0);
            LoadSample sample = Take();
            if (!isWarm && sample.At >= _control.MeasureFrom)
            {
                isWarm = true;
                _atMeasureStart = sample;
                _usage.Begin();
            }
            if (sample.At >= nextSample)
            {
                Series.Add(sample);
                nextSample += SampleMilliseconds * Stopwatch.Frequency / 1000;
                TellEverySecond(sample);
            }
            if (sample.At >= stopAt || cancellation.IsCancellationRequested)
                _control.StopPublishers();

            if (isPublished && (load.Consumers == 0 || sample.Consumed >= Expected(sample)))
                break;
            if (load.Producers == 0 && cancellation.IsCancellationRequested)
                break;
            if (!isPublished || sample.Consumed > consumed)
                (consumed, progressAt) = (sample.Consumed, sample.At);
            else if (Stopwatch.GetElapsedTime(progressAt) > _patience)
                throw new LoadException($"{Expected(sample) - sample.Consumed} of {Expected(sample)} messages do not arrive");
            Thread.Sleep(PollMilliseconds);
        }
        Series.Add(Take());
    }

    private long Expected(LoadSample sample) => sample.Published * load.Copies + Waiting;

    private LoadSample Take() => new(
        Now,
        _producers.Sum(producer => producer.Published),
        _producers.Sum(producer => producer.Confirmed),
        _consumers.Sum(consumer => consumer.Consumed));

    private void TellEverySecond(LoadSample sample)
    {
        if (sample.At < _lastSecond.At + Stopwatch.Frequency)
            return;
        double seconds = Stopwatch.GetElapsedTime(_lastSecond.At, sample.At).TotalSeconds;
        string? blockedBy = _producers.Select(producer => producer.BlockedBy).FirstOrDefault(reason => reason is not null);
        _blockedSeconds += blockedBy is null ? 0 : 1;
        _usage.SampleMemory();
        Progress?.Invoke(new LoadProgress(
            ++_seconds,
            (sample.Published - _lastSecond.Published) / seconds,
            (sample.Consumed - _lastSecond.Consumed) / seconds,
            load.Consumers > 0 ? Expected(sample) - sample.Consumed : load.ConfirmWindow > 0 ? sample.Published - sample.Confirmed : 0,
            (load.Consumers > 0 ? DeliveryLatencies() : ConfirmLatencies()).Percentile(99) / 1e3,
            blockedBy));
        _lastSecond = sample;
    }

    private LoadReport Report(string broker)
    {
        LoadSample end = Take();
        long publishedAt = _producers.Select(producer => producer.FinishedAt).DefaultIfEmpty().Max();
        long consumedAt = _consumers.Select(consumer => consumer.LastAt).DefaultIfEmpty().Max();
        long endedAt = Math.Max(publishedAt, consumedAt);
        (ProcessCost own, BrokerCost? brokerCost) = _usage.End(
            Math.Max(end.Published - _atMeasureStart.Published, end.Consumed - _atMeasureStart.Consumed));
        return new LoadReport(
            broker,
            Stopwatch.GetElapsedTime(_atMeasureStart.At, endedAt).TotalSeconds,
            end.Published,
            end.Confirmed,
            _producers.Sum(producer => producer.Rejected),
            end.Consumed,
            Summary(sample => sample.Published, end.Published, publishedAt),
            load.ConfirmWindow > 0 ? Summary(sample => sample.Confirmed, end.Confirmed, publishedAt) : null,
            load.Consumers > 0 ? Summary(sample => sample.Consumed, end.Consumed, consumedAt) : null,
            LatencySummary.Of(DeliveryLatencies()),
            LatencySummary.Of(ConfirmLatencies()),
            _blockedSeconds,
            own,
            brokerCost);
    }

    private RateSummary Summary(Func<LoadSample, long> count, long end, long endedAt) =>
        RateSummary.Of(Series.EverySecond(_atMeasureStart, count), end, endedAt);

    private LatencyHistogram DeliveryLatencies() => Sum(_consumers.Select(consumer => consumer.Latencies));

    private LatencyHistogram ConfirmLatencies() => Sum(_producers.Select(producer => producer.ConfirmLatencies));

    private static LatencyHistogram Sum(IEnumerable<LatencyHistogram> parts)
    {
        var sum = new LatencyHistogram();
        foreach (LatencyHistogram part in parts)
            sum.Add(part);
        return sum;
    }

    private static void Join(List<Thread> threads)
    {
        long began = Now;
        foreach (Thread thread in threads)
        {
            TimeSpan left = _closeLimit - Stopwatch.GetElapsedTime(began);
            thread.Join(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
    }

    private void ThrowFailure()
    {
        if (_control.Failure is { } cause)
            throw cause as LoadException ?? new LoadException(cause.Message, cause);
    }
}
