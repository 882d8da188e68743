using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Serialization;
using Amqp.Protocol;

namespace Amqp.Server.Bench;

/// <summary>What comes and goes.</summary>
internal enum ChurnKind
{
    /// <summary>Connect, log in, open a channel, close.</summary>
    Connection,

    /// <summary>Open and close a channel of one connection.</summary>
    Channel,

    /// <summary>Declare and delete a queue.</summary>
    Queue,
}

/// <summary>Things to open and close again.</summary>
internal sealed record Churn
{
    [JsonIgnore] // its password is nobody's business
    public BrokerAddress Broker { get; init; } = BrokerAddress.Local;

    public ChurnKind Kind { get; init; }

    /// <summary>How many do it at once, again and again.</summary>
    public int Clients { get; init; } = 1;

    /// <summary>Seconds.</summary>
    public int Duration { get; init; } = 10;

    /// <summary>How many in all, after which it ends; 0: <see cref="Duration"/> decides.</summary>
    public long Count { get; init; }

    /// <summary>Seconds that come first and do not count; 0 where <see cref="Count"/> decides.</summary>
    public int Warmup { get; init; }

    /// <summary>Whether queues are durable.</summary>
    public bool IsDurable { get; init; }

    /// <summary>What the queues' names begin with.</summary>
    public string Prefix { get; init; } = "bench";

    [JsonIgnore]
    public int? BrokerPid { get; init; }
}

/// <summary>What came of it.</summary>
/// <param name="Broker">What the broker calls itself.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Count">How many were opened and closed.</param>
/// <param name="Rate">Per second.</param>
/// <param name="Latency">Of one, from the first octet until the last answer, in microseconds; connections go in groups of up to four, and count as long as their group.</param>
/// <param name="OwnProcess">What driving it has cost.</param>
/// <param name="BrokerProcess">What it has cost the broker; null when its process is not known.</param>
internal sealed record ChurnReport(
    string Broker, double Seconds, long Count, RateSummary Rate, LatencySummary? Latency, ProcessCost OwnProcess, BrokerCost? BrokerProcess);

/// <summary>Opens and closes connections, channels or queues, over and over. Used by one thread, which also does the counting.</summary>
internal sealed class ChurnRun(Churn churn)
{
    private const int LookMilliseconds = 10;

    /// <summary>Clients that share a thread where each only waits for answers: a thread for each would cost more than the broker.</summary>
    private const int ConnectionsTogether = 4;

    private readonly LoadControl _control = new(TimeSpan.FromSeconds(churn.Warmup));
    private readonly UsageMeter _usage = new(churn.BrokerPid);
    private readonly Client[] _clients = Group(churn);
    private long _doneBefore; // while warming up
    private long _measuredFrom = churn.Warmup == 0 ? 0 : long.MaxValue; // set by the thread that counts, read by all
    private int _seconds;

    /// <summary>Told once a second; may be null.</summary>
    public Action<LoadProgress>? Progress { get; init; }

    private long Done => _clients.Sum(client => Volatile.Read(ref client.Count)) - _doneBefore;

    /// <summary>Runs until the time is over or the number is reached.</summary>
    /// <param name="broker">What the broker calls itself, for the report.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="LoadException">The broker refuses.</exception>
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
            Thread.Sleep(LookMilliseconds);
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

    /// <summary>Waits until measuring begins, and has it begin.</summary>
    /// <returns>The moment, as a timestamp of <see cref="Stopwatch"/>.</returns>
    private long WarmUp(CancellationToken cancellation)
    {
        while (Stopwatch.GetTimestamp() < _control.MeasureFrom && _control.Failure is null && !cancellation.IsCancellationRequested)
            Thread.Sleep(LookMilliseconds);
        _usage.Begin();
        if (churn.Warmup == 0)
            return _control.StartsAt;
        _doneBefore = Done;
        long now = Stopwatch.GetTimestamp();
        Volatile.Write(ref _measuredFrom, now); // behind the count: what has a latency is counted
        return now;
    }

    private (long At, long Count) Tell((long At, long Count) before, (long At, long Count) now)
    {
        _usage.LookAtMemory();
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

    // No messages: small frames will do, and small buffers are quickly made.
    private LoadConnection[] Connect(int count) => LoadConnection.Open(churn.Broker, Frame.MinSize, count);

    /// <summary>What one client has done. Written by its thread; the count is read by others.</summary>
    /// <param name="together">How many it does at once.</param>
    private sealed class Client(int together)
    {
        public int Together { get; } = together;

        public long Count;

        public long EndedAt { get; set; }

        public LatencyHistogram Latencies { get; } = new();
    }
}
