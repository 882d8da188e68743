using Amqp.Protocol;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Tests.Support;

namespace Amqp.Tests.DeadLetters;

/// <summary>Some headers are well-formed but have values that the broker cannot use. It delivers such messages without an error.</summary>
public sealed class HostileHeaderTests
{
    private BrokerInProcess _broker = null!;
    private RawClient _client = null!;
    private RawChannel _channel = null!;

    private VirtualHost VirtualHost => _broker.Broker.VirtualHosts.Find("/")!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _broker = await BrokerInProcess.StartAsync();
        _client = await RawClient.DialAsync(new UriBuilder("amqp", "127.0.0.1", _broker.Ports[0]).Uri);
        await _client.OpenAsync();
        _channel = await _client.OpenChannelAsync();
        await _channel.DeclareQueueAsync("letters");
        var arguments = FieldTable.Empty.With("x-dead-letter-exchange", FieldValue.FromString(""))
            .With("x-dead-letter-routing-key", FieldValue.FromString("letters"));
        await _channel.DeclareQueueAsync("rejected", arguments: arguments);
        await _channel.DeclareQueueAsync("expired", arguments: arguments.With("x-message-ttl", FieldValue.FromInt32(0)));
        await _channel.DeclareExchangeAsync(
            "delayed", "x-delayed-message", arguments: FieldTable.Empty.With("x-delayed-type", FieldValue.FromString("fanout")));
        await _channel.DeclareExchangeAsync("history", "x-recent-history");
        await _channel.DeclareExchangeAsync("headers", "headers");
        await _channel.DeclareQueueAsync("taken");
        await _channel.BindQueueAsync("taken", "delayed");
        await _channel.BindQueueAsync("taken", "history");
        await _channel.BindQueueAsync("taken", "headers");
        await _channel.DeclareQueueAsync("traced");
        await _channel.BindQueueAsync("traced", "amq.rabbitmq.trace", "publish.#");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _client.DisposeAsync();
        await _broker.DisposeAsync();
    }

    private static IEnumerable<TestCaseData> Headers()
    {
        FieldValue[] values =
        [
            FieldValue.Void, FieldValue.FromBoolean(true), FieldValue.FromInt64(-1), FieldValue.FromInt64(0),
            FieldValue.FromInt64(long.MaxValue), FieldValue.FromInt64(long.MinValue),
            FieldValue.FromDouble(double.NaN),
            FieldValue.FromDouble(1e300),
            FieldValue.FromString(""),
            FieldValue.FromString("-5"),
            FieldValue.FromString(new string('x', 70_000)),
            FieldValue.FromBytes([255, 0]),
            FieldValue.FromTimestamp(ulong.MaxValue),
            FieldValue.FromArray([]),
            FieldValue.FromTable(FieldTable.Empty),
            FieldValue.FromArray([FieldValue.FromInt32(1), FieldValue.FromString("a"), FieldValue.FromArray([])]),
            FieldValue.FromArray([FieldValue.FromTable(FieldTable.Empty)]),
            FieldValue.FromArray([Entry("rejected", "rejected", FieldValue.FromInt64(long.MaxValue))]),
            FieldValue.FromArray([Entry("rejected", "rejected", FieldValue.FromString("many"))]),
            FieldValue.FromArray([
                Entry("rejected", "rejected", FieldValue.FromInt64(-7)),
                Entry("letters", "expired", FieldValue.Void),
                FieldValue.FromInt32(3)
            ]),
            FieldValue.FromArray([.. Enumerable.Range(0, 2_000).Select(i => Entry($"q{i % 1_000}", "maxlen", FieldValue.FromInt64(i)))]),
            FieldValue.FromArray([FieldValue.FromString(new string('k', 256)), FieldValue.FromString("")]),
        ];
        foreach (string name in (string[])[
            "x-death", "x-first-death-queue", "x-delay", "x-recent-history-no-store", "x-match", "x-delivery-count", "x-received-from"
        ])
            for (int i = 0; i < values.Length; i++)
                yield return new TestCaseData(FieldTable.Empty.With(name, values[i])).SetArgDisplayNames(name, $"{i}");
        foreach (string name in (string[])["CC", "BCC"])
            foreach (int i in (int[])[13, 15, 21])
                yield return new TestCaseData(FieldTable.Empty.With(name, values[i])).SetArgDisplayNames(name, $"{i}");
        foreach (int depth in (int[])[61, 62, 63, 64, 1023, 1024])
            yield return new TestCaseData(FieldTable.Empty.With("deep", Nested(depth)).With("flat", FieldValue.FromInt32(1)))
                .SetArgDisplayNames("depth", $"{depth}");
    }

    [TestCaseSource(nameof(Headers))]
    public async Task A_message_is_routed_and_dead_lettered_whatever_its_headers_say(FieldTable headers)
    {
        VirtualHost.IsTracing = false;
        await _channel.PublishAsync("", "expired", "expired", new() { Headers = headers });
        await _channel.PublishAsync("", "rejected", "rejected", new() { Headers = headers });
        await _channel.SendAsync(new BasicReject((await TakeAsync("rejected", noAck: false)).Method.DeliveryTag, Requeue: false));
        foreach (string reason in (string[])["expired", "rejected"])
        {
            var letter = await TakeAsync("letters");
            var first = BasicProperties.Read(letter.Content.Properties).Headers!["x-death"]!.Value.AsArray()[0].AsTable();
            Assert.That(
                (first["reason"]!.Value.AsString(), first["queue"]!.Value.AsString(), first["count"]!.Value.IsInteger),
                Is.EqualTo((reason, reason, true)));
        }
        foreach (string exchange in (string[])["history", "headers", "delayed"])
        {
            await _channel.PublishAsync(exchange, "", exchange, new() { Headers = headers });
            if (exchange != "delayed" || !IsLong(headers["x-delay"]))
                Assert.That((await TakeAsync("taken")).Text, Is.EqualTo(exchange));
        }
        Assert.That(_broker.Broker.Faults.Recent, Is.Empty);
    }

    [TestCaseSource(nameof(Headers))]
    public async Task A_message_is_delivered_while_the_firehose_is_on_and_its_copy_tells_all_of_it(FieldTable headers)
    {
        await _channel.DeclareQueueAsync("watched");
        VirtualHost.IsTracing = true;
        try
        {
            await _channel.PublishAsync("", "watched", "a", new() { Headers = headers, MessageId = "m" });

            var message = await TakeAsync("watched");
            Assert.That(
                BasicProperties.Read(message.Content.Properties).Headers,
                Is.EqualTo(headers["BCC"] is null ? headers : FieldTable.Empty));
            var copy = BasicProperties.Read((await TakeAsync("traced")).Content.Properties).Headers!["properties"]!.Value.AsTable();
            Assert.That(copy["message_id"]!.Value.AsString(), Is.EqualTo("m"));
            Assert.That(copy["headers"]!.Value.AsTable(), Is.EqualTo(headers["BCC"] is null ? headers : FieldTable.Empty));
            Assert.That(_broker.Broker.Faults.Recent, Is.Empty);
        }
        finally
        {
            VirtualHost.IsTracing = false;
        }
    }

    private static FieldValue Entry(string queue, string reason, FieldValue count) => FieldValue.FromTable(FieldTable.Empty
        .With("queue", FieldValue.FromString(queue)).With("reason", FieldValue.FromString(reason)).With("count", count));

    /// <summary>Returns tables that are nested to this depth.</summary>
    private static FieldValue Nested(int depth)
    {
        var value = FieldValue.FromTable(FieldTable.Empty);
        while (--depth > 0)
            value = FieldValue.FromTable(FieldTable.Empty.With("a", value));
        return value;
    }

    /// <summary>Returns true if the delay is longer than a second. This test does not wait that long.</summary>
    private static bool IsLong(FieldValue? delay) => delay is { } value
        && Server.Broker.Exchanges.Delayed.DelayHeader.Read(Encoded.Fields(FieldTable.Empty.With("x-delay", value))) > 1000;

    private async Task<RawMessage<BasicGetOk>> TakeAsync(string queue, bool noAck = true)
    {
        await Eventually.Holds(async () => (await _channel.LookUpQueueAsync(queue)).MessageCount > 0, () => $"no message in {queue}");
        return await _channel.GetAsync(queue, noAck);
    }
}
