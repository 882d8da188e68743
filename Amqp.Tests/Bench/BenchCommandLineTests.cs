using System.CommandLine;
using Amqp.Server.Bench;
using Amqp.Server.Cli.Bench;
using Amqp.Tests.Architecture;

namespace Amqp.Tests.Bench;

/// <summary>
/// The options of <c>amqpbroker bench</c> are parsed correctly. Files of the repository use only valid options of the command.
/// </summary>
public sealed class BenchCommandLineTests
{
    private static IEnumerable<TestCaseData> Cases => File.ReadLines(Path.Combine(SourceTree.Root, "bench", "cases"))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split('|'))
        .Select(
            columns => new TestCaseData(columns[1], columns[3]) { TestName = $"Case_{columns[0]}_of_the_comparison_is_a_command_line" });

    [TestCaseSource(nameof(Cases))]
    public void A_case_of_the_comparison_is_a_command_line(string kind, string arguments)
    {
        string filled = arguments
            .Replace("{time}", "--duration 10 --warmup 2", StringComparison.Ordinal)
            .Replace("{count}", "1000000", StringComparison.Ordinal);

        ParseResult result = new RootCommand { BenchCommands.Create() }
            .Parse($"bench {filled} --uri amqp://guest:guest@127.0.0.1:5672/ --pid 1 --json");

        Assert.That(result.Errors.Select(error => error.Message), Is.Empty);
        Assert.That(kind, Is.AnyOf("rate", "latency", "churn"));
    }

    [Test]
    public void Every_verb_and_option_is_in_the_documentation()
    {
        string text = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "operations.md"));
        Command bench = BenchCommands.Create();

        IEnumerable<string> names =
        [
            .. bench.Subcommands.Select(verb => verb.Name),
            .. bench.Subcommands.SelectMany(verb => verb.Options).Select(option => option.Name).Distinct()
        ];
        Assert.That(names.Where(name => !text.Contains($"`{name}", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Each_option_is_a_setting_of_its_own_and_what_is_not_given_stays_as_the_verb_has_it()
    {
        var defaults = new Workload
        {
            Producers = 2,
            Consumers = 3,
            Queues = 4,
            Size = 5,
            Rate = 6,
            ConfirmWindow = 7,
            AcknowledgeEvery = 8,
            AckWrite = AckWrite.Each,
            Prefetch = 9,
            Exchange = ExchangeKind.Topic,
            Duration = 10,
            Warmup = 11,
        };
        Assert.That(LoadOf("", defaults), Is.EqualTo(defaults with { Prefix = "bench" }));
        Assert.That(
            LoadOf(
                "--producers 21 --consumers 22 --queues 23 --size 24 --rate 25 --persistent --durable "
                    + "--confirm 26 --ack 27 --ack-write each --prefetch 28 --exchange-type headers"
                    + " --duration 29 --warmup 30 --uri amqp://u:p@h:31/v --pid 32 --prefix mine",
                new Workload()),
            Is.EqualTo(new Workload
            {
                Producers = 21,
                Consumers = 22,
                Queues = 23,
                Size = 24,
                Rate = 25,
                IsPersistent = true,
                IsDurable = true,
                ConfirmWindow = 26,
                AcknowledgeEvery = 27,
                AckWrite = AckWrite.Each,
                Prefetch = 28,
                Exchange = ExchangeKind.Headers,
                Duration = 29,
                Warmup = 30,
                Broker = new BrokerAddress("h", 31, "u", "p", "v"),
                BrokerPid = 32,
                Prefix = "mine",
            }));
        Assert.That(LoadOf("--persistent", new Workload()), Is.EqualTo(new Workload { IsPersistent = true }));
        Assert.That(LoadOf("--durable", new Workload()), Is.EqualTo(new Workload { IsDurable = true }));
        Assert.That(
            LoadOf("--rate 0 --consumers 0 --warmup 0", defaults),
            Is.EqualTo(defaults with { Rate = 0, Consumers = 0, Warmup = 0 }),
            "0 is a value, too");
        Assert.That(
            LoadOf("--count 12", defaults), Is.EqualTo(defaults with { Count = 12, Warmup = 0 }), "all counted messages are measured");
        Assert.That(
            WithoutOptions(defaults with { IsPersistent = true, IsDurable = true }),
            Is.EqualTo(defaults with { IsPersistent = true, IsDurable = true }),
            "values without an option");
        Assert.That(LoadOf("", defaults with { Count = 12 }), Is.EqualTo(defaults with { Count = 12, Warmup = 0 }));
    }

    [TestCase("throughput", "--producers", 1, 10_000)]
    [TestCase("throughput", "--consumers", 0, 10_000)]
    [TestCase("throughput", "--queues", 1, 1_000_000)]
    [TestCase("throughput", "--size", 0, 536_870_912)]
    [TestCase("throughput", "--rate", 0, 1_000_000_000)]
    [TestCase("throughput", "--confirm", 0, 1_000_000)]
    [TestCase("throughput", "--ack", 0, 1_000_000_000)]
    [TestCase("throughput", "--prefetch", 0, 65_535)]
    [TestCase("throughput", "--duration", 1, 1_000_000_000)]
    [TestCase("throughput", "--count", 1, 1_000_000_000)]
    [TestCase("throughput", "--warmup", 0, 1_000_000_000)]
    [TestCase("throughput", "--pid", 1, int.MaxValue)]
    [TestCase("latency", "--rate", 1, 1_000_000_000)]
    [TestCase("latency", "--size", 8, 536_870_912)]
    [TestCase("depth", "--consumers", 1, 10_000)]
    [TestCase("depth", "--confirm", 1, 1_000_000)]
    [TestCase("churn", "--clients", 1, 10_000)]
    [TestCase("churn", "--duration", 1, 1_000_000_000)]
    [TestCase("churn", "--count", 1, 1_000_000_000)]
    [TestCase("churn", "--warmup", 0, 1_000_000_000)]
    public void A_number_may_be_at_its_bounds_and_not_beyond_them(string verb, string option, long least, long most)
    {
        Assert.That(Errors($"{verb} {option} {least}").Concat(Errors($"{verb} {option} {most}")), Is.Empty);
        foreach (string beyond in new[] { $"{least - 1}", $"{most + 1}", "1.5" })
            Assert.That(
                Errors($"{verb} {option}={beyond}"),
                Has.Some.Contains($"{option}: '{beyond}' will not do; expected a whole number from {least} to {most}"),
                beyond);
    }

    [TestCase("throughput", "--count 1 --duration 1", "--count and --duration exclude each other")]
    [TestCase("throughput", "--count 1 --warmup 1", "--count and --warmup exclude each other")]
    [TestCase("latency", "--count 1 --warmup 0", "--count and --warmup exclude each other")]
    [TestCase("churn", "--count 1 --duration 1", "--count and --duration exclude each other")]
    [TestCase("churn", "--count 1 --warmup 1", "--count and --warmup exclude each other")]
    [TestCase(
        "throughput", "--exchange-type 1", "--exchange-type: '1' will not do; expected one of default, direct, fanout, topic, headers")]
    [TestCase("throughput", "--exchange-type TOPIC --duration 1 --warmup 1", null)]
    [TestCase("latency", "--count 1", null)]
    [TestCase("churn", "--count 1", null)]
    public void What_cannot_be_together_is_refused(string verb, string arguments, string? error) =>
        Assert.That(Errors($"{verb} {arguments}"), Is.EqualTo(error is null ? [] : new[] { error }));

    [Test]
    public void No_two_runs_meet_in_one_queue()
    {
        string[] prefixes = [.. Enumerable.Range(0, 8)
            .Select(_ => new LoadOptions(new Workload()))
            .Select(options => options.Read(Parse(options, "--prefix mine")).Prefix)];

        Assert.That(prefixes, Has.All.Match("^mine-[0-9a-f]{4}$"));
        Assert.That(prefixes.Distinct().Count(), Is.GreaterThan(1));
    }

    /// <summary>Returns the load that a command line describes. Removes the random part of the queue names' prefix.</summary>
    private static Workload LoadOf(string arguments, Workload defaults)
    {
        var options = new LoadOptions(defaults);
        Workload load = options.Read(Parse(options, arguments));
        return load with { Prefix = load.Prefix[..load.Prefix.LastIndexOf('-')] };
    }

    private static Workload WithoutOptions(Workload defaults)
    {
        var options = new LoadOptions(defaults);
        var command = new Command("load");
        options.AddTo(command);
        return options.Read(new RootCommand { command }.Parse("load")) with { Prefix = defaults.Prefix };
    }

    private static ParseResult Parse(LoadOptions options, string arguments)
    {
        var command = new Command("load");
        options.AddTo(
            command, options.Producers, options.Consumers, options.Queues, options.Size, options.Rate, options.Persistent, options.Durable,
            options.Confirm,
            options.Ack, options.AckWrite, options.Prefetch, options.ExchangeType, options.Duration, options.Count, options.Warmup);
        ParseResult result = new RootCommand { command }.Parse($"load {arguments}");
        Assert.That(result.Errors.Select(error => error.Message), Is.Empty);
        return result;
    }

    private static IEnumerable<string> Errors(string arguments) =>
        new RootCommand { BenchCommands.Create() }.Parse($"bench {arguments}").Errors.Select(error => error.Message);
}
