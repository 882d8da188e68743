using System.Text.Json;
using Amqp.Server.Bench;
using Amqp.Server.Cli.Bench;

namespace Amqp.Tests.Bench;

/// <summary>The load tool prints a report. All numbers in the tests differ, so that a number in a wrong place fails a test.</summary>
public sealed class BenchOutputTests
{
    private static readonly BrokerAddress _address = new("host", 99, "user", "secret", "/");
    private static readonly ProcessCost _own = new(1.5, 2.5);
    private static readonly BrokerCost _broker = new(77, 3.25, 4.125, RssAtStart: 10 << 20, RssMax: 12 << 20, RssAtEnd: 11 << 20);

    private static readonly Workload _load = new()
    {
        Broker = _address,
        Producers = 1,
        Consumers = 2,
        Queues = 1_003,
        Size = 1_024,
        Rate = 20_000,
        IsPersistent = true,
        IsDurable = true,
        ConfirmWindow = 1_500,
        AcknowledgeEvery = 50,
        AckWrite = AckWrite.Each,
        Prefetch = 60,
        Exchange = ExchangeKind.Topic,
        BrokerPid = 77,
    };

    private static readonly LoadReport _report = new(
        "Broker 1.2",
        Seconds: 10.256,
        Published: 1_001,
        Confirmed: 1_002,
        Rejected: 3,
        Consumed: 1_004,
        new RateSummary(11, 12, 13, 14),
        new RateSummary(21, 22, 23, 24),
        new RateSummary(31, 32, 33, 34),
        new LatencySummary(5, 41, 42, 43, 44, 45),
        new LatencySummary(6, 51, 52, 53, 54, 55),
        BlockedSeconds: 7,
        _own,
        _broker);

    [Test]
    public void A_load_is_described_and_every_number_has_its_column() =>
        Assert.That(Lines(output => output.Print(_load, _report)), Is.EqualTo(new[]
        {
            "broker: Broker 1.2 at host:99",
            "load: 1 producer, 2 consumers, 1,003 durable queues, topic exchange, 1,024 B, persistent, 20,000 a second, "
                + "confirms with 1,500 in flight, prefetch 60, an ack for every 50 in a write of its own",
            "measured: 10.26 s, of which the broker had blocked producers for 7 s",
            "# messages",
            "total mean/s steady/s slowest-second fastest-second what",
            "1,001 11 12 13 14 published",
            "1,002 21 22 23 24 confirmed",
            "1,004 31 32 33 34 consumed",
            "rejected by the broker (basic.nack): 3",
            "# latency in microseconds",
            "p50 p90 p99 p99.9 max of",
            "41 42 43 44 45 delivery",
            "51 52 53 54 55 confirm",
            "# processor seconds for a million messages, memory in MiB",
            "for-a-million in-all rss-before rss-max rss-after process",
            "4.125 3.250 10 12 11 broker",
            "2.500 1.500 - - - bench",
        }));

    [Test]
    public void What_was_not_measured_has_no_line()
    {
        LoadReport report = _report with
        {
            Rejected = 0,
            ConfirmRate = null,
            ConsumeRate = null,
            DeliveryLatency = null,
            ConfirmLatency = null,
            BlockedSeconds = 0,
            BrokerProcess = null
        };

        Assert.That(Lines(output => output.Print(new Workload(), report)), Is.EqualTo(new[]
        {
            "broker: Broker 1.2 at localhost:5672",
            "load: 1 producer, 1 consumer, 1 transient queue, default exchange, 16 B, transient, as "
                + "fast as possible, no confirms, no acknowledgements",
            "measured: 10.26 s",
            "# messages",
            "total mean/s steady/s slowest-second fastest-second what",
            "1,001 11 12 13 14 published",
            "# processor seconds for a million messages, memory in MiB",
            "for-a-million in-all rss-before rss-max rss-after process",
            "2.500 1.500 - - - bench",
        }));
    }

    [Test]
    public void A_load_says_how_it_acknowledges_or_that_nobody_consumes()
    {
        Assert.That(Load(new Workload { Prefetch = 7 }), Does.EndWith(", prefetch 7, no acknowledgements"));
        Assert.That(Load(new Workload { AcknowledgeEvery = 1 }), Does.EndWith(", no confirms, an ack for every 1"));
        Assert.That(
            Load(new Workload { AcknowledgeEvery = 5, Prefetch = 7, Consumers = 0 }),
            Does.EndWith(", no confirms, no consumers").And.Contain("0 consumers"));
        Assert.That(Load(new Workload { IsPersistent = true }), Does.Contain("1 transient queue,").And.Contain(" persistent,"));

        static string Load(Workload load) => Lines(output => output.Print(load, _report))[1];
    }

    [Test]
    public void Churn_says_what_came_and_went()
    {
        var report = new ChurnReport(
            "Broker 1.2", 3.5, 1_234, new RateSummary(1, 2, 3, 4), new LatencySummary(9, 5, 6, 7, 8, 9), _own, _broker);

        Assert.That(
            Lines(output => output.Print(new Churn { Broker = _address, Kind = ChurnKind.Channel, Clients = 2 }, report)),
            Is.EqualTo(new[]
            {
                "broker: Broker 1.2 at host:99",
                "load: 2 clients opening and closing channels",
                "measured: 3.50 s",
                "# opened and closed",
                "total mean/s steady/s slowest-second fastest-second what",
                "1,234 1 2 3 4 channels",
                "# latency in microseconds",
                "p50 p90 p99 p99.9 max of",
                "5 6 7 8 9 open and close",
                "# processor seconds for a million channels, memory in MiB",
                "for-a-million in-all rss-before rss-max rss-after process",
                "4.125 3.250 10 12 11 broker",
                "2.500 1.500 - - - bench",
            }));
    }

    [Test]
    public void Depth_has_the_way_in_and_the_way_out()
    {
        LoadReport drain = _report with
        {
            Seconds = 20.5,
            Consumed = 2_004,
            ConsumeRate = new RateSummary(61, 62, 63, 64),
            BrokerProcess = _broker with { CpuSecondsPerMillion = 5, RssMax = 22 << 20 },
            OwnProcess = new ProcessCost(6, 7),
            ConfirmLatency = new LatencySummary(6, 91, 92, 93, 94, 95),
        };
        var report = new DepthReport("Broker 1.2", _report, drain, [new DepthStep(1_000_000, 71, 72), new DepthStep(1_500_000, 81, 82)]);

        Assert.That(Lines(output => output.Print(_load with { Queues = 1, AckWrite = AckWrite.Batch }, report))[2..], Is.EqualTo(new[]
        {
            "measured: 10.26 s in, 20.50 s out",
            "# messages",
            "total mean/s steady/s slowest-second fastest-second what",
            "1,002 11 12 13 14 in",
            "2,004 61 62 63 64 out",
            "# by depth",
            "messages in/s out/s",
            "1,000,000 71 72",
            "1,500,000 81 82",
            "# latency in microseconds",
            "p50 p90 p99 p99.9 max of",
            "51 52 53 54 55 confirm",
            "# processor seconds for a million messages, memory in MiB",
            "for-a-million in-all rss-before rss-max rss-after process",
            "4.125 3.250 10 12 11 broker, in",
            "5.000 3.250 10 22 11 broker, out",
            "2.500 1.500 - - - bench, in",
            "7.000 6.000 - - - bench, out",
        }));
    }

    [Test]
    public void The_JSON_has_the_verb_the_settings_without_the_login_and_every_field_of_the_report()
    {
        string text = BenchJson.Text("latency", _load, _report with { ConsumeRate = null });

        Assert.That(text, Does.Not.Contain("secret").And.Not.Contain("\n"));
        JsonElement whole = JsonDocument.Parse(text).RootElement;
        Assert.That(whole.EnumerateObject().Select(property => property.Name), Is.EqualTo(new[]
        {
            "verb", "settings", "broker", "seconds", "published", "confirmed", "rejected", "consumed", "publishRate", "confirmRate",
            "consumeRate",
            "deliveryLatency", "confirmLatency", "blockedSeconds", "ownProcess", "brokerProcess",
        }));
        Assert.That(whole.GetProperty("verb").GetString(), Is.EqualTo("latency"));
        JsonElement settings = whole.GetProperty("settings");
        Assert.That(
            (
                settings.GetProperty("exchange").GetString(),
                settings.GetProperty("ackWrite").GetString(),
                settings.GetProperty("queues").GetInt32()),
            Is.EqualTo(("topic", "each", 1_003)));
        Assert.That(whole.GetProperty("consumeRate").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(
            whole.GetProperty("publishRate").EnumerateObject().Select(rate => (rate.Name, rate.Value.GetDouble())),
            Is.EqualTo(new[] { ("mean", 11.0), ("steady", 12), ("min", 13), ("max", 14) }));
        Assert.That(whole.GetProperty("brokerProcess").GetProperty("rssAtEnd").GetInt64(), Is.EqualTo(11 << 20));
    }

    [Test]
    public void The_JSON_of_the_other_reports_has_their_fields_in_order()
    {
        var churn = new Churn
        {
            Broker = _address,
            Kind = ChurnKind.Channel,
            Clients = 3,
            Duration = 4,
            Count = 5,
            Warmup = 6,
            Prefix = "é",
        };
        var churned = new ChurnReport("B", 0.5, 8, new RateSummary(1, 2, 3, 4), new LatencySummary(5, 6, 7, 8, 9, 10), _own, _broker);
        Assert.That(BenchJson.Text("churn", churn, churned), Is.EqualTo(
            """
            {"verb":"churn","settings":{"kind":"channel","clients":3,"duration":4,"count":5,"warmup":6,"isDurable":false,"prefix":"\u00E9"},
            "broker":"B","seconds":0.5,"count":8,"rate":{"mean":1,"steady":2,"min":3,"max":4},
            "latency":{"count":5,"p50":6,"p90":7,"p99":8,"p999":9,"max":10},"ownProcess":{"cpuSeconds":1.5,"cpuSecondsPerMillion":2.5},
            "brokerProcess":{"pid":77,"rssAtStart":10485760,"rssMax":12582912,"rssAtEnd":11534336,"cpuSeconds":3.25,"cpuSecondsPerMillion":4.125}}
            """.ReplaceLineEndings("")));

        string depth = BenchJson.Text("depth", _load, new DepthReport("B", _report, _report, [new DepthStep(1, 2.5, 3)]));
        Assert.That(
            JsonDocument.Parse(depth).RootElement.EnumerateObject().Select(property => property.Name),
            Is.EqualTo(new[] { "verb", "settings", "broker", "fill", "drain", "steps" }));
        Assert.That(depth, Does.EndWith(""","steps":[{"messages":1,"inRate":2.5,"outRate":3}]}"""));
    }

    /// <summary>Returns the lines that were printed, without empty lines and with single spaces between words.</summary>
    private static string[] Lines(Action<BenchOutput> print)
    {
        var text = new StringWriter();
        print(new BenchOutput(text));
        return [.. text.ToString()
            .Split('\n')
            .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            .Where(line => line.Length > 0)];
    }
}
