using System.CommandLine;
using Amqp.Server.Bench;

namespace Amqp.Server.Cli.Bench;

/// <summary>The options that describe a load. If a subcommand lacks an option, its default value applies.</summary>
internal sealed class LoadOptions
{
    private const int Most = 1_000_000_000;
    private const int MostConnections = 10_000;

    private readonly Workload _defaults;
    private readonly RunOptions _run = new();

    /// <summary>Creates the options.</summary>
    /// <param name="defaults">Default values.</param>
    /// <param name="leastRate">Smallest publish rate; 0 if the rate may be unlimited.</param>
    /// <param name="leastSize">Smallest size of a body, in bytes.</param>
    /// <param name="leastConsumers">Smallest number of consumers; 0 if a load without consumers is valid.</param>
    /// <param name="leastWindow">Smallest limit for unconfirmed messages; 0 if a load without publisher confirms is valid.</param>
    public LoadOptions(Workload defaults, int leastRate = 0, int leastSize = 0, int leastConsumers = 0, int leastWindow = 0)
    {
        _defaults = defaults;
        Producers = BenchOption.Number("--producers", defaults.Producers, 1, MostConnections, "Number of publishing connections.");
        Consumers = BenchOption.Number(
            "--consumers", defaults.Consumers, leastConsumers, MostConnections, "Number of consuming connections, which share the queues.");
        Queues = BenchOption.Number("--queues", defaults.Queues, 1, 1_000_000, "Number of queues; producers publish to each in turn.");
        Size = BenchOption.Number("--size", defaults.Size, leastSize, 512 * 1024 * 1024, "Size of a message's body, in bytes.");
        Rate = BenchOption.Number("--rate", defaults.Rate, leastRate, Most, leastRate == 0
            ? "Messages per second of all producers together; 0 for no limit."
            : "Messages per second of all producers together.");
        Persistent = BenchOption.Flag("--persistent", "Publish persistent messages.");
        Durable = BenchOption.Flag("--durable", "Declare durable queues.");
        Confirm = BenchOption.Number("--confirm", defaults.ConfirmWindow, leastWindow, 1_000_000, leastWindow == 0
            ? "Use publisher confirms, with at most this number of unconfirmed messages per producer; 0 for no confirms."
            : "Largest number of unconfirmed messages of a producer.");
        Ack = BenchOption.Number(
            "--ack", defaults.AcknowledgeEvery, 0, Most, "Number of messages per acknowledgement; 0 for automatic acknowledgement.");
        AckWrite = BenchOption.Word(
            "--ack-write",
            defaults.AckWrite,
            "Write each acknowledgement to the socket separately, as client libraries do, or those of one read together.");
        Prefetch = BenchOption.Number(
            "--prefetch", defaults.Prefetch, 0, ushort.MaxValue,
            "Largest number of unacknowledged messages of a consumer; 0 for no limit.");
        ExchangeType = BenchOption.Word("--exchange-type", defaults.Exchange, "Type of the exchange that producers publish to.");
        Duration = BenchOption.Number("--duration", defaults.Duration, 1, Most, "Length of publishing, in seconds.");
        Count = BenchOption.Number("--count", (int)defaults.Count, 1, Most, "Number of messages to publish, instead of --duration.");
        Warmup = BenchOption.Number("--warmup", defaults.Warmup, 0, Most, "Seconds of load before the measurement.");
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

    private Option<bool> Keep { get; } = BenchOption.Flag("--keep", "Keep the queues and their messages.");

    /// <summary>Adds the given options and the common options to a subcommand.</summary>
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

    /// <summary>Returns the load that a command line describes.</summary>
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
