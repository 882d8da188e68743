using System.Diagnostics;
using System.Globalization;
using Amqp.Protocol;

namespace Amqp.Server.Bench;

/// <summary>Kind of object that the load opens and closes repeatedly.</summary>
internal enum ChurnKind
{
    /// <summary>Connect, log in, open a channel, and close the connection.</summary>
    Connection,

    /// <summary>Open and close a channel of one connection.</summary>
    Channel,

    /// <summary>Declare and delete a queue.</summary>
    Queue,
}

/// <summary>Settings of a load that repeatedly opens and closes connections, channels or queues.</summary>
internal sealed record Churn
{
    public BrokerAddress Broker { get; init; } = BrokerAddress.Local;

    public ChurnKind Kind { get; init; }

    /// <summary>Number of clients that open and close objects at the same time.</summary>
    public int Clients { get; init; } = 1;

    /// <summary>Length of the measurement, in seconds.</summary>
    public int Duration { get; init; } = 10;

    /// <summary>Number of objects after which the load ends; 0 to end it after <see cref="Duration"/>.</summary>
    public long Count { get; init; }

    /// <summary>Seconds of load before the measurement starts; 0 if <see cref="Count"/> is set.</summary>
    public int Warmup { get; init; }

    /// <summary>True if the declared queues are durable.</summary>
    public bool IsDurable { get; init; }

    /// <summary>Prefix of the queues' names.</summary>
    public string Prefix { get; init; } = "bench";

    public int? BrokerPid { get; init; }
}

/// <summary>Result of a load that opens and closes objects.</summary>
/// <param name="Broker">Product and version of the broker.</param>
/// <param name="Seconds">Length of the measurement.</param>
/// <param name="Count">Number of objects opened and closed.</param>
/// <param name="Rate">Objects opened and closed per second.</param>
/// <param name="Latency">
/// Microseconds to open and close one object; null if no time was measured. Connections are opened and closed in groups of up to four;
/// each connection then has the time of its group.
/// </param>
/// <param name="OwnProcess">Processor time of the load tool.</param>
/// <param name="BrokerProcess">Processor time and memory of the broker; null if its process is unknown.</param>
internal sealed record ChurnReport(
    string Broker,
    double Seconds,
    long Count,
    RateSummary Rate,
    LatencySummary? Latency,
    ProcessCost OwnProcess,
    BrokerCost? BrokerProcess);

/// <summary>Opens and closes connections, channels or queues repeatedly, on several client threads.</summary>
internal sealed class ChurnRun(Churn churn)
{
    private const int PollMilliseconds = 10;

    /// <summary>
    /// Number of connections that one thread opens together. One thread for each connection would use more processor time than the broker.
    /// </summary>
    private const int ConnectionsTogether = 4;

    private readonly LoadControl _control = new(TimeSpan.FromSeconds(churn.Warmup));
    private readonly UsageMeter _usage = new(churn.BrokerPid);
    private readonly Client[] _clients = Group(churn);
    private long _doneBefore; // number of objects opened and closed during the warm-up
    // Timestamp at which the warm-up ends. Set by the thread that calls Run, read by the client threads.
    private long _measuredFrom = churn.Warmup == 0 ? 0 : long.MaxValue;
    private int _seconds;

    /// <summary>Receives the progress once a second; may be null.</summary>
    public Action<LoadProgress>? Progress { get; init; }

    private long Done => _clients.Sum(client => Volatile.Read(ref client.Count)) - _doneBefore;

    /// <summary>Runs for the configured duration or number of objects.</summary>
    /// <param name="broker">Product and version of the broker.</param>
    /// <param name="cancellation">Ends the run early.</param>
    /// <exception cref="LoadException">The broker refused a request.</exception>
    public ChurnReport Run(string broker, CancellationToken cancellation)
    {
        _control.Begin();
        Thread[] threads = [.. _clients.Select((client, index) => _control.Start(() => Work(client, index), "churn"))];
        long beganAt = WarmUp(cancellation);
        var seconds = new List<(long At, long Count)> { (beganAt, 0) };
        long stopAt = churn.Count > 0 ? long.MaxValue : beganAt + churn.Duration * Stopwatch.Frequency;
        while (Array.Exists(threads, thread => thread.IsAlive))
        {
            long now = Stopwatch.GetTimestamp();
            if (now >= stopAt || cancellation.IsCancellationRequested)
                _control.StopAll();
            if (now >= beganAt + seconds.Count * Stopwatch.Frequency)
                seconds.Add(Tell(seconds[^1], (now, Done)));
            Thread.Sleep(PollMilliseconds);
        }
        if (_control.Failure is { } cause)
            throw cause as LoadException ?? new LoadException(cause.Message, cause);

        long endedAt = Math.Max(beganAt, _clients.Max(client => client.EndedAt));
        var latencies = new LatencyHistogram();
        foreach (Client client in _clients)
            latencies.Add(client.Latencies);
        (ProcessCost own, BrokerCost? brokerCost) = _usage.End(Done);
        return new ChurnReport(
            broker,
            Stopwatch.GetElapsedTime(beganAt, endedAt).TotalSeconds,
            Done,
            RateSummary.Of(seconds, Done, endedAt),
            LatencySummary.Of(latencies),
            own,
            brokerCost);
    }

    /// <summary>Waits for the end of the warm-up, and then starts the measurement.</summary>
    /// <returns>Start of the measurement, as a timestamp of <see cref="Stopwatch"/>.</returns>
    private long WarmUp(CancellationToken cancellation)
    {
        while (Stopwatch.GetTimestamp() < _control.MeasureFrom && _control.Failure is null && !cancellation.IsCancellationRequested)
            Thread.Sleep(PollMilliseconds);
        _usage.Begin();
        if (churn.Warmup == 0)
            return _control.StartsAt;
        _doneBefore = Done;
        long now = Stopwatch.GetTimestamp();
        Volatile.Write(ref _measuredFrom, now); // set after _doneBefore, so that every object with a recorded latency is also counted
        return now;
    }

    private (long At, long Count) Tell((long At, long Count) before, (long At, long Count) now)
    {
        _usage.SampleMemory();
        double rate = (now.Count - before.Count) / Stopwatch.GetElapsedTime(before.At, now.At).TotalSeconds;
        Progress?.Invoke(new LoadProgress(++_seconds, rate, 0, 0, 0, null));
        return now;
    }

    private static Client[] Group(Churn churn)
    {
        int each = churn.Kind == ChurnKind.Connection ? ConnectionsTogether : 1;
        return [.. Enumerable.Range(0, churn.Clients).Chunk(each).Select(together => new Client(together.Length))];
    }

    private void Work(Client client, int index)
    {
        long share = churn.Count == 0 ? long.MaxValue : churn.Count / _clients.Length + (index < churn.Count % _clients.Length ? 1 : 0);
        using LoadConnection? connection = churn.Kind == ChurnKind.Connection ? null : Connect(1)[0];
        string queue = string.Create(CultureInfo.InvariantCulture, $"{churn.Prefix}-{index}");
        while (!_control.ArePublishersStopped && client.Count < share)
        {
            long began = Stopwatch.GetTimestamp();
            int count = (int)Math.Min(client.Together, share - client.Count);
            OpenAndClose(connection, queue, count);
            client.EndedAt = Stopwatch.GetTimestamp();
            for (int i = 0; i < count && began >= Volatile.Read(ref _measuredFrom); i++)
                client.Latencies.Record((long)Stopwatch.GetElapsedTime(began, client.EndedAt).TotalNanoseconds);
            Volatile.Write(ref client.Count, client.Count + count);
        }
        connection?.CloseConnection();
    }

    private void OpenAndClose(LoadConnection? connection, string queue, int count)
    {
        const ushort channel = 2;
        switch (churn.Kind)
        {
            case ChurnKind.Connection:
                LoadConnection[] opened = Connect(count);
                Array.ForEach(opened, another => another.BeginClose());
                Array.ForEach(opened, another => another.EndClose());
                break;
            case ChurnKind.Channel:
                connection!.Call<ChannelOpen, ChannelOpenOk>(default, channel);
                connection.Call<ChannelClose, ChannelCloseOk>(new ChannelClose((ushort)ReplyCode.Success, "done", 0, 0), channel);
                break;
            default:
                connection!.Call<QueueDeclare, QueueDeclareOk>(new QueueDeclare(
                    queue, Passive: false, churn.IsDurable, Exclusive: false, AutoDelete: false, NoWait: false, FieldTable.Empty));
                connection.Call<QueueDelete, QueueDeleteOk>(new QueueDelete(queue, IfUnused: false, IfEmpty: false, NoWait: false));
                break;
        }
    }

    // No messages are sent, so the smallest frames are enough, and their small buffers are allocated quickly.
    private LoadConnection[] Connect(int count) => LoadConnection.Open(churn.Broker, Frame.MinSize, count);

    /// <summary>Counts of one client thread. Other threads may read <see cref="Count"/>.</summary>
    /// <param name="together">Number of objects that the thread opens together.</param>
    private sealed class Client(int together)
    {
        public int Together { get; } = together;

        public long Count;

        public long EndedAt { get; set; }

        public LatencyHistogram Latencies { get; } = new();
    }
}
