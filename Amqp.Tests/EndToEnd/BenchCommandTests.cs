using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Bench;
using Amqp.Tests.Cli;
using Amqp.Tests.Support;

namespace Amqp.Tests.EndToEnd;

/// <summary>
/// The command <c>amqpbroker bench</c> loads a broker process and prints a report. Some tests run the command within their own process.
/// </summary>
public sealed class BenchCommandTests
{
    private BrokerProcess _broker = null!;

    private BrokerAddress Address =>
        BrokerAddress.TryParse(_broker.Uri.OriginalString, out BrokerAddress? address) ? address : throw new UriFormatException();

    [OneTimeSetUp]
    public async Task StartAsync() => _broker = await BrokerProcess.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _broker.DisposeAsync();

    [TestCase("")]
    [TestCase("--exchange-type direct --queues 12 --producers 5 --consumers 3")]
    [TestCase("--exchange-type topic --queues 12 --producers 2 --consumers 3 --ack 7 --prefetch 20")]
    [TestCase("--exchange-type headers --queues 3 --consumers 4 --ack 1")]
    [TestCase("--durable --persistent --confirm 1 --ack 50 --size 5")]
    [TestCase("--durable --persistent --confirm 100 --queues 10 --producers 4 --consumers 4 --prefetch 10 --ack 100 --size 0")]
    [TestCase("--size 300000 --confirm 10 --prefetch 5 --ack 5")]
    [TestCase("--rate 1000000 --confirm 50")]
    [TestCase("--ack 1 --ack-write each --prefetch 10")]
    [TestCase("--ack 1 --ack-write each --queues 3 --producers 2 --consumers 3 --rate 20000")]
    [TestCase("--ack 5 --ack-write batch")]
    public async Task Throughput_consumes_what_it_publishes(string arguments)
    {
        const int count = 2003;
        JsonElement report = await JsonAsync($"throughput --count {count} {arguments}");

        Assert.That((Long(report, "published"), Long(report, "consumed")), Is.EqualTo((count, count)));
        Assert.That(Long(report, "confirmed"), Is.EqualTo(arguments.Contains("--confirm", StringComparison.Ordinal) ? count : 0));
        Assert.That(Rate(report, "publishRate"), Is.Positive);
        Assert.That(Rate(report, "consumeRate"), Is.Positive);
        Assert.That(report.GetProperty("broker").GetString(), Does.StartWith("AmqpBroker "));
    }

    [Test]
    public async Task Throughput_without_consumers_leaves_messages_where_they_are_until_the_end()
    {
        JsonElement report = await JsonAsync("throughput --count 500 --consumers 0 --persistent --durable");

        Assert.That((Long(report, "published"), Long(report, "consumed")), Is.EqualTo((500, 0)));
        Assert.That(report.GetProperty("consumeRate").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public async Task A_duration_counts_from_the_end_of_the_warm_up()
    {
        JsonElement report = await JsonAsync("throughput --duration 1 --warmup 1 --rate 1000");

        Assert.That(Long(report, "consumed"), Is.EqualTo(Long(report, "published")));
        Assert.That(report.GetProperty("seconds").GetDouble(), Is.GreaterThan(0.5));
        Assert.That(
            Long(report.GetProperty("deliveryLatency"), "count"),
            Is.LessThan(Long(report, "published")),
            "messages of the warm-up are not measured");
    }

    [Test]
    public async Task Latency_has_percentiles_in_order_for_deliveries_and_confirms()
    {
        JsonElement report = await JsonAsync("latency --rate 2000 --count 2000 --confirm 100 --durable --persistent --producers 2");

        Assert.That(
            Settings(report, "rate", "count", "warmup", "confirmWindow", "isDurable", "isPersistent", "producers"),
            Is.EqualTo("2000 2000 0 100 True True 2"));
        foreach (string latency in new[] { "deliveryLatency", "confirmLatency" })
        {
            double[] percentiles =
                [.. new[] { "p50", "p90", "p99", "p999", "max" }.Select(name => report.GetProperty(latency).GetProperty(name).GetDouble())];
            Assert.That(percentiles, Is.Ordered);
            Assert.That(percentiles[0], Is.Positive);
            Assert.That(Long(report.GetProperty(latency), "count"), Is.EqualTo(2000));
        }
    }

    [Test]
    public async Task Fanout_delivers_each_message_to_every_queue()
    {
        JsonElement report = await JsonAsync("fanout --queues 25 --count 400 --ack 10");

        Assert.That((Long(report, "published"), Long(report, "consumed")), Is.EqualTo((400, 25 * 400)));
        Assert.That(
            Settings(report, "consumers", "producers", "exchange"),
            Is.EqualTo("16 1 fanout"),
            "with more queues than connections, each queue is consumed");
    }

    [Test]
    public async Task Depth_takes_out_what_it_has_put_in()
    {
        JsonElement report = await JsonAsync($"depth --count 3000 --pid {_broker.Pid.ToString(CultureInfo.InvariantCulture)}");

        Assert.That(
            (Long(report.GetProperty("fill"), "confirmed"), Long(report.GetProperty("drain"), "consumed")),
            Is.EqualTo((3000, 3000)));
        Assert.That((Long(report.GetProperty("fill"), "consumed"), Long(report.GetProperty("drain"), "published")), Is.EqualTo((0, 0)));
        Assert.That(
            Settings(
                report, "size", "isPersistent", "isDurable", "confirmWindow", "prefetch", "acknowledgeEvery", "producers", "consumers",
                "queues"),
            Is.EqualTo("1024 True True 1000 200 50 1 1 1"));
        JsonElement step = report.GetProperty("steps").EnumerateArray().Single();
        Assert.That(Long(step, "messages"), Is.EqualTo(3000));
        Assert.That((step.GetProperty("inRate").GetDouble(), step.GetProperty("outRate").GetDouble()), Is.GreaterThan((0.0, 0.0)));
        JsonElement broker = report.GetProperty("fill").GetProperty("brokerProcess");
        Assert.That(Long(broker, "rssMax"), Is.GreaterThanOrEqualTo(Long(broker, "rssAtStart")).And.Positive);
    }

    [TestCase("connection")]
    [TestCase("channel")]
    [TestCase("queue")]
    public async Task Churn_counts_what_was_opened_and_closed(string kind)
    {
        JsonElement report = await JsonAsync($"churn --kind {kind} --clients 3 --count 100");

        Assert.That(Long(report, "count"), Is.EqualTo(100));
        Assert.That(Rate(report, "rate"), Is.Positive);
        Assert.That(Long(report.GetProperty("latency"), "count"), Is.EqualTo(100));
    }

    [Test]
    public async Task Churn_does_not_measure_its_warm_up()
    {
        JsonElement report = await JsonAsync("churn --kind channel --warmup 1 --duration 1");

        Assert.That(Rate(report, "rate"), Is.Positive);
        Assert.That(report.GetProperty("seconds").GetDouble(), Is.LessThan(2), "the warm-up second is not counted");
        // A message that was sent before the measurement and received during the measurement is counted, but its latency is not.
        Assert.That(Long(report.GetProperty("latency"), "count"), Is.Positive.And.LessThanOrEqualTo(Long(report, "count")));
    }

    [TestCase("", false)]
    [TestCase("--keep", true)]
    public async Task Queues_and_exchange_are_deleted_unless_they_are_to_be_kept(string option, bool isThere)
    {
        JsonElement report = await JsonAsync($"throughput --count 10 --prefix mine --exchange-type topic --durable {option}");

        string prefix = report.GetProperty("settings").GetProperty("prefix").GetString()!;
        Assert.That(prefix, Does.StartWith("mine-"));
        Assert.That(
            (Declare($"{prefix}-0", isDurable: true), DeclareExchange($"{prefix}-exchange", "topic", isDurable: true)),
            Is.EqualTo(isThere ? ("0", "ok") : ("404", "404")));
    }

    [TestCase(false, false, "404")]
    [TestCase(true, true, "0")]
    public void A_load_that_fails_is_told_as_it_failed_and_leaves_what_any_load_leaves(bool keep, bool isDurable, string queue)
    {
        var load = new Workload
        {
            Broker = Address,
            Prefix = $"failing-{keep}",
            IsDurable = isDurable,
            Queues = 2,
            Exchange = ExchangeKind.Headers
        };

        Assert.That(
            () => LoadSession.Run<bool>(load, keep, (_, _) => throw new LoadException("it went wrong")),
            Throws.TypeOf<LoadException>().With.Message.EqualTo("it went wrong"));

        string exchange = keep ? "ok" : "404";
        Assert.That(
            (
                Declare($"{load.Prefix}-0", isDurable),
                Declare($"{load.Prefix}-1", isDurable),
                DeclareExchange($"{load.Prefix}-exchange", "headers", isDurable)),
            Is.EqualTo((queue, queue, exchange)));
    }

    [Test]
    public void What_a_load_declares_is_durable_only_where_it_is_asked_to_be()
    {
        var load = new Workload { Broker = Address, Prefix = "transient", Exchange = ExchangeKind.Direct };
        using LoadConnection connection = LoadConnection.Open(Address);
        var topology = new LoadTopology(load);
        topology.Declare(connection);

        Assert.That(
            () => connection.Call<QueueDeclare, QueueDeclareOk>(QueueOf("transient-0", isDurable: true, isPassive: false)),
            Throws.TypeOf<LoadException>().With.Message.Contains("406 PRECONDITION_FAILED"));
        using LoadConnection another = LoadConnection.Open(Address);
        Assert.That(
            () => another.Call<ExchangeDeclare, ExchangeDeclareOk>(
                ExchangeOf("transient-exchange", "direct", isDurable: true, isPassive: false)),
            Throws.TypeOf<LoadException>().With.Message.Contains("406 PRECONDITION_FAILED"));
    }

    [Test]
    public async Task For_people_there_are_tables_whose_rows_end_in_what_they_are_of()
    {
        Ended ended = await RunAsync($"throughput --count 1000 --confirm 10 --uri {_broker.Uri.OriginalString}");

        Assert.That((ended.ExitCode, ended.Error), Is.EqualTo((0, "")));
        string[][] rows = [.. ended.Output.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        foreach (string what in new[] { "published", "confirmed", "consumed" })
            Assert.That(rows.Single(row => row.Length > 1 && row[^1] == what)[0], Is.EqualTo("1,000"));
    }

    [TestCase("throughput --producers none", "--producers: 'none' will not do; expected a whole number from 1 to 10000")]
    [TestCase(
        "throughput --exchange-type fan", "--exchange-type: 'fan' will not do; expected one of default, direct, fanout, topic, headers")]
    [TestCase("throughput --count 5 --duration 5", "--count and --duration exclude each other")]
    [TestCase("throughput --ack 1 --ack-write all", "--ack-write: 'all' will not do; expected one of batch, each")]
    [TestCase("latency --rate 0", "--rate: '0' will not do; expected a whole number from 1 to")]
    [TestCase("latency --size 7", "--size: '7' will not do; expected a whole number from 8 to")]
    [TestCase("churn --kind table", "--kind: 'table' will not do; expected one of connection, channel, queue")]
    [TestCase("fanout --uri http://localhost", "--uri: 'http://localhost' will not do; expected amqp://user:password@host:port/vhost")]
    [TestCase("depth --confirm 0", "--confirm: '0' will not do; expected a whole number from 1 to")]
    public async Task A_bad_argument_is_refused_with_what_was_expected(string arguments, string message)
    {
        CliRun ended = await RunHereAsync(arguments);

        Assert.That(ended.ExitCode, Is.EqualTo(1));
        Assert.That(ended.Error, Does.Contain(message));
    }

    [TestCase("throughput")]
    [TestCase("churn")]
    [TestCase("depth --json")]
    public async Task A_broker_that_is_not_there_is_one_line(string arguments)
    {
        Ended ended = await RunAsync($"{arguments} --uri amqp://127.0.0.1:1");

        Assert.That((ended.ExitCode, ended.Output), Is.EqualTo((1, "")));
        Assert.That(ended.Error, Is.EqualTo("amqpbroker: cannot connect to 127.0.0.1:1: Connection refused.\n"));
    }

    [Test]
    public async Task What_the_broker_refuses_is_told_in_its_words()
    {
        string uri = $"amqp://guest:wrong@127.0.0.1:{_broker.Port.ToString(CultureInfo.InvariantCulture)}";
        Assert.That(
            (await RunAsync($"throughput --uri {uri}")).Error,
            Does.StartWith("amqpbroker: the broker closed the connection: 403 ACCESS_REFUSED").And.EndsWith(".\n"));
        Assert.That(
            (await RunAsync($"throughput --uri {uri.Replace("wrong", "guest", StringComparison.Ordinal)}/nowhere")).Error,
            Does.Match("^amqpbroker: .*vhost.*nowhere.*\n$"));
    }

    [Test]
    public async Task A_process_that_is_not_there_cannot_be_measured()
    {
        Ended ended = await RunAsync(
            $"throughput --count 1 --pid {int.MaxValue.ToString(CultureInfo.InvariantCulture)} --uri {_broker.Uri.OriginalString}");

        Assert.That((ended.ExitCode, ended.Error), Is.EqualTo((1, "amqpbroker: there is no process 2147483647 to measure.\n")));
    }

    [Test]
    public async Task A_broker_that_stops_ends_the_load_with_its_words()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync();
        Task<Ended> bench = RunAsync($"throughput --duration 600 --rate 100 --uri {broker.Uri.OriginalString}");
        await ConnectionsAsync(broker);

        await broker.StopAsync();

        Ended ended = await bench;
        Assert.That((ended.ExitCode, ended.Output), Is.EqualTo((1, "")));
        Assert.That(ended.Error, Does.StartWith("amqpbroker: the broker closed the connection: 320 CONNECTION_FORCED").And.EndsWith(".\n"));
    }

    [Test]
    public async Task SIGTERM_ends_the_load_early_and_what_was_measured_is_printed()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync();
        using Process bench = Start($"throughput --duration 600 --rate 100 --json --uri {broker.Uri.OriginalString}");
        Task<Ended> ending = EndAsync(bench);
        await ConnectionsAsync(broker);

        using Process kill = Process.Start("kill", ["-TERM", bench.Id.ToString(CultureInfo.InvariantCulture)]);

        Ended ended = await ending;
        Assert.That((ended.ExitCode, ended.Error), Is.EqualTo((0, "")));
        JsonElement report = JsonDocument.Parse(ended.Output).RootElement;
        Assert.That(Long(report, "consumed"), Is.EqualTo(Long(report, "published")));
    }

    private static long Long(JsonElement of, string name) => of.GetProperty(name).GetInt64();

    private static double Rate(JsonElement report, string name) => report.GetProperty(name).GetProperty("mean").GetDouble();

    private static string Settings(JsonElement report, params string[] names) =>
        string.Join(' ', names.Select(name => report.GetProperty("settings").GetProperty(name).ToString()));

    private static QueueDeclare QueueOf(string name, bool isDurable, bool isPassive) =>
        new(name, isPassive, isDurable, Exclusive: false, AutoDelete: false, NoWait: false, FieldTable.Empty);

    private static ExchangeDeclare ExchangeOf(string name, string type, bool isDurable, bool isPassive) =>
        new(name, type, isPassive, isDurable, AutoDelete: false, Internal: false, NoWait: false, FieldTable.Empty);

    /// <summary>
    /// Declares an existing queue again. Returns the queue's message count, or the reply code if the queue has another durability.
    /// </summary>
    private string Declare(string queue, bool isDurable)
    {
        try
        {
            return LoadSession.With(Address, connection =>
            {
                connection.Call<QueueDeclare, QueueDeclareOk>(QueueOf(queue, isDurable, isPassive: true));
                return connection.Call<QueueDeclare, QueueDeclareOk>(QueueOf(queue, isDurable, isPassive: false))
                    .MessageCount.ToString(CultureInfo.InvariantCulture);
            });
        }
        catch (LoadException refused)
        {
            return Code(refused);
        }
    }

    private string DeclareExchange(string exchange, string type, bool isDurable)
    {
        try
        {
            return LoadSession.With(Address, connection =>
            {
                connection.Call<ExchangeDeclare, ExchangeDeclareOk>(ExchangeOf(exchange, type, isDurable, isPassive: true));
                connection.Call<ExchangeDeclare, ExchangeDeclareOk>(ExchangeOf(exchange, type, isDurable, isPassive: false));
                return "ok";
            });
        }
        catch (LoadException refused)
        {
            return Code(refused);
        }
    }

    private static string Code(LoadException refused) => refused.Message.Split("channel: ")[^1][..3];

    private async Task<JsonElement> JsonAsync(string arguments)
    {
        CliRun ended = await RunHereAsync($"{arguments} --json --uri {_broker.Uri.OriginalString}");
        Assert.That((ended.ExitCode, ended.Error), Is.EqualTo((0, "")));
        return JsonDocument.Parse(ended.Output).RootElement;
    }

    /// <summary>Waits until the load has opened its three connections: one for declarations, one consumer and one producer.</summary>
    private static Task ConnectionsAsync(BrokerProcess broker) =>
        Eventually.Holds(
            () => broker.Output.Split("(amqpbroker bench)").Length > 3,
            () => $"The load did not connect. The broker printed:\n{broker.Output}");

    /// <summary>Runs a load within the process of the test.</summary>
    private static Task<CliRun> RunHereAsync(string arguments) =>
        CliRun.HereAsync(["bench", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)], new Dictionary<string, string>());

    /// <summary>Runs a load as a process of its own.</summary>
    private static async Task<Ended> RunAsync(string arguments)
    {
        using Process process = Start(arguments);
        return await EndAsync(process);
    }

    private static Process Start(string arguments)
    {
        ProcessStartInfo start = BrokerProgram.With(["bench", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        return Process.Start(start)!;
    }

    private static async Task<Ended> EndAsync(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new Ended(process.ExitCode, await output, await error);
    }

    private sealed record Ended(int ExitCode, string Output, string Error);
}
