using System.CommandLine;
using System.Runtime.InteropServices;
using Amqp.Server.Bench;

namespace Amqp.Server.Cli.Bench;

/// <summary>The commands that put load on an AMQP 0-9-1 broker and measure how the broker performs.</summary>
internal static class BenchCommands
{
    private const string FanoutName = "fanout";
    private const int FanoutConsumers = 16; // default number of consuming connections

    /// <summary>Creates the command <c>bench</c> with its subcommands.</summary>
    public static Command Create() => new(
        "bench", "Put load on an AMQP 0-9-1 broker and measure it. Queues and exchanges of the load are deleted at the end.")
    {
        Throughput(),
        Latency(),
        Fanout(),
        Depth(),
        ChurnCommand(),
    };

    private static Command Throughput()
    {
        var options = new LoadOptions(new Workload());
        return Load("throughput", "Messages per second from producers through queues to consumers.", options,
            options.Producers, options.Consumers, options.Queues, options.Size, options.Rate, options.Persistent, options.Durable,
            options.Confirm,
            options.Ack, options.AckWrite, options.Prefetch, options.ExchangeType, options.Duration, options.Count, options.Warmup);
    }

    private static Command Latency()
    {
        var options = new LoadOptions(new Workload { Rate = 10_000, Warmup = 1 }, leastRate: 1, leastSize: sizeof(long));
        return Load("latency", "Latency at a fixed rate: the time from a message's due time to its delivery, and to its confirm.", options,
            options.Producers, options.Consumers, options.Queues, options.Size, options.Rate, options.Persistent, options.Durable,
            options.Confirm,
            options.Ack, options.AckWrite, options.Prefetch, options.ExchangeType, options.Duration, options.Count, options.Warmup);
    }

    private static Command Fanout()
    {
        var options = new LoadOptions(new Workload { Queues = 10, Consumers = FanoutConsumers, Exchange = ExchangeKind.Fanout });
        return Load(
            FanoutName, "One producer, and a fanout exchange that routes every message to every queue; one consumer per queue.", options,
                options.Queues, options.Consumers, options.Size, options.Rate, options.Persistent, options.Durable, options.Confirm,
                options.Ack, options.AckWrite, options.Prefetch, options.Duration, options.Count, options.Warmup);
    }

    private static Command Load(string name, string description, LoadOptions options, params Option[] ofVerb)
    {
        var command = new Command(name, description);
        options.AddTo(command, ofVerb);
        command.SetAction(result => Run(result, (live, cancellation) =>
        {
            Workload load = options.Read(result);
            // In a fanout, each queue has one consumer. So the number of consuming connections is at most the number of queues.
            if (name == FanoutName)
                load = load with { Consumers = Math.Min(load.Consumers, load.Queues) };
            LoadReport report = LoadSession.Run(load, options.IsKept(result), (topology, broker) =>
                new LoadRun(load, topology) { Progress = live.Show }.Run(broker, cancellation));
            bool isJson = options.IsJson(result);
            Print(result, live, isJson, () => BenchJson.Text(name, load, report), output => output.Print(load, report));
        }));
        return command;
    }

    private static Command Depth()
    {
        var deep = new Workload
        {
            Count = 1_000_000,
            Size = 1024,
            IsPersistent = true,
            IsDurable = true,
            ConfirmWindow = 1000,
            Prefetch = 200,
            AcknowledgeEvery = 50,
        };
        var options = new LoadOptions(deep, leastConsumers: 1, leastWindow: 1);
        var command = new Command("depth", "Fill a durable queue with persistent messages and confirms, then drain it.");
        options.AddTo(
            command, options.Count, options.Size, options.Producers, options.Consumers, options.Queues, options.Confirm, options.Ack,
            options.AckWrite, options.Prefetch);
        command.SetAction(result => Run(result, (live, cancellation) =>
        {
            Workload load = options.Read(result);
            DepthReport report = LoadSession.Run(load, options.IsKept(result), (topology, broker) =>
                new DepthRun(load, topology) { Progress = live.Show }.Run(broker, cancellation));
            bool isJson = options.IsJson(result);
            Print(result, live, isJson, () => BenchJson.Text("depth", load, report), output => output.Print(load, report));
        }));
        return command;
    }

    private static Command ChurnCommand()
    {
        var run = new RunOptions();
        Option<ChurnKind> kind = BenchOption.Word("--kind", ChurnKind.Connection, "Kind of object to open and close.");
        Option<int> clients = BenchOption.Number("--clients", 1, 1, 10_000, "Number of clients that open and close at the same time.");
        Option<int> duration = BenchOption.Number("--duration", 10, 1, 1_000_000_000, "Length of the measurement, in seconds.");
        Option<int> count = BenchOption.Number(
            "--count", 0, 1, 1_000_000_000, "Number of objects to open and close, instead of --duration.");
        Option<int> warmup = BenchOption.Number("--warmup", 0, 0, 1_000_000_000, "Seconds of load before the measurement.");
        Option<bool> durable = BenchOption.Flag("--durable", "Declare durable queues.");
        var command = new Command("churn", "Connections, channels or queues opened and closed per second.")
        {
            kind, clients, duration, count, warmup, durable
        };
        run.AddTo(command);
        command.Validators.Add(RunOptions.NotBoth(count, duration));
        command.Validators.Add(RunOptions.NotBoth(count, warmup));
        command.SetAction(result => Run(result, (live, cancellation) =>
        {
            var churn = new Churn
            {
                Broker = run.Broker(result),
                Kind = result.GetValue(kind),
                Clients = result.GetValue(clients),
                Duration = result.GetValue(duration),
                Count = result.GetValue(count),
                Warmup = result.GetValue(warmup),
                IsDurable = result.GetValue(durable),
                Prefix = run.Prefix(result),
                BrokerPid = run.BrokerPid(result),
            };
            string broker = LoadSession.With(churn.Broker, connection => connection.Product);
            ChurnReport report = new ChurnRun(churn) { Progress = live.Show }.Run(broker, cancellation);
            bool isJson = run.IsJson(result);
            Print(result, live, isJson, () => BenchJson.Text("churn", churn, report), output => output.Print(churn, report));
        }));
        return command;
    }

    private static void Print(ParseResult result, LiveLine live, bool isJson, Func<string> json, Action<BenchOutput> print)
    {
        live.Clear();
        TextWriter output = result.InvocationConfiguration.Output;
        if (isJson)
            output.WriteLine(json());
        else
            print(new BenchOutput(output));
    }

    /// <summary>
    /// Runs a load and shows its progress. Ctrl-C and SIGTERM end the load early. The results so far are then printed, and the queues are
    /// deleted.
    /// </summary>
    private static int Run(ParseResult result, Action<LiveLine, CancellationToken> work)
    {
        using var cancellation = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        TextWriter error = result.InvocationConfiguration.Error;
        try
        {
            using var live = new LiveLine(error);
            work(live, cancellation.Token);
            return ExitCode.Ok;
        }
        catch (LoadException cause)
        {
            error.WriteLine($"amqpbroker: {cause.Message.TrimEnd('.')}.");
            return ExitCode.Failure;
        }

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            cancellation.Cancel();
        }
    }
}
