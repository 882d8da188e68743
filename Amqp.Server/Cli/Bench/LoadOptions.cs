using System.CommandLine;
using Amqp.Server.Bench;

namespace Amqp.Server.Cli.Bench;

/// <summary>The options that describe a load. A verb has those that it lists; the others stay as its defaults say.</summary>
internal sealed class LoadOptions
{
    private const int Most = 1_000_000_000;
    private const int MostConnections = 10_000;

    private readonly Workload _defaults;
    private readonly RunOptions _run = new();

    /// <param name="defaults">What holds without options.</param>
    /// <param name="leastRate">0 when "as fast as possible" makes sense.</param>
    /// <param name="leastSize">Of a body, in bytes.</param>
    /// <param name="leastConsumers">0 when messages may stay where they are.</param>
    /// <param name="leastWindow">0 when it can be done without confirms.</param>
    public LoadOptions(Workload defaults, int leastRate = 0, int leastSize = 0, int leastConsumers = 0, int leastWindow = 0)
    {
        _defaults = defaults;
        Producers = BenchOption.Number("--producers", defaults.Producers, 1, MostConnections, "Connections that publish.");
        Consumers = BenchOption.Number("--consumers", defaults.Consumers, leastConsumers, MostConnections, "Connections that consume; the queues are shared out among them.");
        Queues = BenchOption.Number("--queues", defaults.Queues, 1, 1_000_000, "Queues; producers publish to each in turn.");
        Size = BenchOption.Number("--size", defaults.Size, leastSize, 512 * 1024 * 1024, "Bytes of a message's body.");
        Rate = BenchOption.Number("--rate", defaults.Rate, leastRate, Most, leastRate == 0
            ? "Messages per second of all producers together; 0: as fast as they can."
            : "Messages per second of all producers together.");
        Persistent = BenchOption.Flag("--persistent", "Publish persistent messages.");
        Durable = BenchOption.Flag("--durable", "Declare durable queues.");
        Confirm = BenchOption.Number("--confirm", defaults.ConfirmWindow, leastWindow, 1_000_000, leastWindow == 0
            ? "Publisher confirms, with so many messages of a producer in flight; 0: none."
            : "Messages of a producer that may wait for their confirm.");
        Ack = BenchOption.Number("--ack", defaults.AcknowledgeEvery, 0, Most, "Acknowledge every so many messages at once; 0: automatic acknowledgement.");
        AckWrite = BenchOption.Word("--ack-write", defaults.AckWrite, "Write each acknowledgement by itself, as client libraries do, or those of one read together.");
        Prefetch = BenchOption.Number("--prefetch", defaults.Prefetch, 0, ushort.MaxValue, "Messages that a consumer may hold unacknowledged; 0: any number.");
        ExchangeType = BenchOption.Word("--exchange-type", defaults.Exchange, "What producers publish to.");
        Duration = BenchOption.Number("--duration", defaults.Duration, 1, Most, "Seconds of publishing.");
        Count = BenchOption.Number("--count", (int)defaults.Count, 1, Most, "Messages to publish, instead of --duration.");
        Warmup = BenchOption.Number("--warmup", defaults.Warmup, 0, Most, "Seconds of load before measuring begins.");
    }

    public Option<int> Producers { get; }

    public Option<int> Consumers { get; }

    public Option<int> Queues { get; }

    public Option<int> Size { get; }

    public Option<int> Rate { get; }

    public Option<bool> Persistent { get; }

    public Option<bool> Durable { get; }

    public Option<int> Confirm { get; }

    public Option<int> Ack { get; }

    public Option<AckWrite> AckWrite { get; }

    public Option<int> Prefetch { get; }

    public Option<ExchangeKind> ExchangeType { get; }

    public Option<int> Duration { get; }

    public Option<int> Count { get; }

    public Option<int> Warmup { get; }

    private Option<bool> Keep { get; } = BenchOption.Flag("--keep", "Leave the queues there, with what is in them.");

    /// <summary>Gives a command some of these options, and those of every run.</summary>
    public void AddTo(Command command, params Option[] options)
    {
        foreach (Option option in options)
            command.Options.Add(option);
        command.Options.Add(Keep);
        _run.AddTo(command);
        if (options.Contains(Count) && options.Contains(Duration))
            command.Validators.Add(RunOptions.NotBoth(Count, Duration));
        if (options.Contains(Count) && options.Contains(Warmup))
            command.Validators.Add(RunOptions.NotBoth(Count, Warmup));
    }

    public bool IsJson(ParseResult result) => _run.IsJson(result);

    public bool IsKept(ParseResult result) => result.GetValue(Keep);

    /// <summary>The load that a command line describes.</summary>
    public Workload Read(ParseResult result)
    {
        Workload load = _defaults with
        {
            Broker = _run.Broker(result),
            Prefix = _run.Prefix(result),
            BrokerPid = _run.BrokerPid(result),
            Producers = Of(Producers, _defaults.Producers),
            Consumers = Of(Consumers, _defaults.Consumers),
            Queues = Of(Queues, _defaults.Queues),
            Size = Of(Size, _defaults.Size),
            Rate = Of(Rate, _defaults.Rate),
            IsPersistent = Of(Persistent, _defaults.IsPersistent),
            IsDurable = Of(Durable, _defaults.IsDurable),
            ConfirmWindow = Of(Confirm, _defaults.ConfirmWindow),
            AcknowledgeEvery = Of(Ack, _defaults.AcknowledgeEvery),
            AckWrite = Of(AckWrite, _defaults.AckWrite),
            Prefetch = (ushort)Of(Prefetch, _defaults.Prefetch),
            Exchange = Of(ExchangeType, _defaults.Exchange),
            Duration = Of(Duration, _defaults.Duration),
            Count = Of(Count, (int)_defaults.Count),
            Warmup = Of(Warmup, _defaults.Warmup),
        };
        return load.Count > 0 ? load with { Warmup = 0 } : load;

        T Of<T>(Option<T> option, T without)
            where T : struct => result.GetResult(option) is null ? without : result.GetValue(option);
    }
}
