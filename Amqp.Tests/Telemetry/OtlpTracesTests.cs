using System.Net.Http.Headers;
using System.Text;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Tests.Telemetry;

/// <summary>
/// The spans that an OpenTelemetry collector receives. Each broker runs in its own process, because all brokers of a process share the
/// activity sources.
/// </summary>
public class OtlpTracesTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c", Parent = "b7ad6b7169203331";
    private const string Sampled = $"00-{Trace}-{Parent}-01";

    private OtlpReceiver _collector = null!;
    private BrokerProcess _broker = null!;
    private string _directory = null!;

    [OneTimeSetUp]
    public async Task StartBroker()
    {
        _collector = await OtlpReceiver.StartAsync();
        _directory = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
        _broker = await StartAsync(_collector);
    }

    [OneTimeTearDown]
    public async Task StopBroker()
    {
        await _broker.DisposeAsync();
        await _collector.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task A_traced_message_has_a_span_for_its_publish_and_one_for_its_delivery()
    {
        await using var connection = await ConnectAsync(_broker);
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync("traced", false, false, false);
        await channel.QueueBindAsync("traced", "amq.topic", "a.b");
        await PublishAsync(channel, "amq.topic", "a.b", Sampled);
        var delivered = new TaskCompletionSource<IReadOnlyDictionary<string, object?>>();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            delivered.TrySetResult(new Dictionary<string, object?>(delivery.BasicProperties.Headers!));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync("traced", autoAck: true, consumer);

        var headers = await delivered.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var publish = await SpanAsync("publish amq.topic");
        var deliver = await SpanAsync("deliver traced");

        Assert.Multiple(() =>
        {
            Assert.That(
                headers.Select(header => (header.Key, Encoding.UTF8.GetString((byte[])header.Value!))),
                Is.EqualTo(new[] { ("traceparent", Sampled) }),
                "the message is unchanged");
            Assert.That((publish.Hex(1), publish.Hex(4)), Is.EqualTo((Trace, Parent)));
            Assert.That((deliver.Hex(1), deliver.Hex(4)), Is.EqualTo((Trace, Parent)));
            var published = publish.Attributes(9);
            Assert.That(published["messaging.system"], Is.EqualTo("rabbitmq"));
            Assert.That(published["messaging.operation.name"], Is.EqualTo("publish"));
            Assert.That(published["messaging.destination.name"], Is.EqualTo("amq.topic"));
            Assert.That(published["messaging.rabbitmq.destination.routing_key"], Is.EqualTo("a.b"));
            Assert.That(published["messaging.message.body.size"], Is.EqualTo("3"));
            Assert.That(published["messaging.message.id"], Is.EqualTo("m1"));
            Assert.That(published["messaging.message.conversation_id"], Is.EqualTo("c1"));
            Assert.That(deliver.Attributes(9)["messaging.destination.name"], Is.EqualTo("amq.topic"));
            Assert.That(
                (published["messaging.operation.type"], deliver.Attributes(9)["messaging.operation.type"]),
                Is.EqualTo(("send", "receive")));
            Assert.That(deliver.Attributes(9), Does.Not.ContainKey("amqpbroker.redelivered"));
            Assert.That(published["amqpbroker.vhost"], Is.EqualTo("/"));
            Assert.That(deliver.Attributes(9)["messaging.destination.subscription.name"], Is.EqualTo("traced"));
            Assert.That(deliver.Attributes(9)["messaging.rabbitmq.message.delivery_tag"], Is.EqualTo("1"));
        });
    }

    [Test]
    public async Task A_span_tells_that_a_message_was_delivered_before()
    {
        await using var connection = await ConnectAsync(_broker);
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync("again", false, false, false);
        await PublishAsync(channel, "", "again", Sampled);
        await channel.BasicRejectAsync((await channel.BasicGetAsync("again", autoAck: false))!.DeliveryTag, requeue: true);
        await channel.BasicGetAsync("again", autoAck: true);

        await Eventually.Holds(() => Got().Length == 2, () => $"There are {Got().Length}.");

        Assert.That(Got(), Is.EqualTo(new[] { "1 -", "2 1" }));

        string[] Got() => [.. _collector.Spans.Where(span => span.Text(5) == "get again").Select(span => span.Attributes(9))
            .Select(attributes =>
                $"{attributes["messaging.rabbitmq.message.delivery_tag"]} {attributes.GetValueOrDefault("amqpbroker.redelivered", "-")}")
            .Order()];
    }

    [Test]
    public async Task A_message_that_is_not_traced_or_not_sampled_has_no_span()
    {
        await using var connection = await ConnectAsync(_broker);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.QueueDeclareAsync("untraced", false, false, false);
        foreach (string? parent in new[]
        {
            null, $"00-{Trace}-{Parent}-00", "no parent", "00-" + new string('z', 32) + $"-{Parent}-01", Sampled
        })
            await PublishAsync(channel, "", "untraced", parent);
        for (int i = 0; i < 5; i++)
            await channel.BasicGetAsync("untraced", autoAck: true);

        await SpanAsync("get untraced"); // waits for the span of the last message; all earlier spans have arrived by then

        Assert.That(_collector.Spans.Count(span => span.Text(5) == "publish amq.default"), Is.EqualTo(1));
        Assert.That(_collector.Spans.Count(span => span.Text(5) == "get untraced"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_publish_that_is_refused_is_an_error()
    {
        await using var connection = await ConnectAsync(_broker);
        await using var channel = await connection.CreateChannelAsync();

        await PublishAsync(channel, "no-such-exchange", "", Sampled);

        var status = (await SpanAsync("publish no-such-exchange")).Messages(15).Single();
        Assert.That(status.Number(3), Is.EqualTo(2), "status code 2 is an error");
        Assert.That(status.Text(2), Does.Contain("no exchange 'no-such-exchange' in vhost '/'"));
    }

    [Test]
    public async Task A_request_to_the_HTTP_API_has_a_span_of_its_callers_trace()
    {
        using var http = new HttpClient();
        var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{_broker.ManagementPort}/api/whoami");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8));
        request.Headers.Add("traceparent", $"00-{Trace}-{Parent}-01");
        (await http.SendAsync(request)).EnsureSuccessStatusCode();

        Protobuf? span = null;
        await Eventually.Holds(
            () => (span = _collector.Spans.FirstOrDefault(
                each => each.Attributes(9).GetValueOrDefault("url.path") == "/api/whoami")) is not null,
            () => $"There are only {string.Join(", ", _collector.Spans.Select(each => each.Text(5)))}.");

        Assert.That((span!.Hex(1), span.Hex(4)), Is.EqualTo((Trace, Parent)));
        Assert.That(span.Text(5), Is.EqualTo("GET /api/whoami"));
        Assert.That(span.Attributes(9)["http.request.method"], Is.EqualTo("GET"));
        Assert.That(span.Attributes(9)["http.response.status_code"], Is.EqualTo("200"));
    }

    [Test]
    public async Task Of_traces_that_are_not_among_the_share_nothing_is_sent()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var broker = await StartAsync(collector, "opentelemetry.traces.sampling_ratio = 0.0");
        await using (var connection = await ConnectAsync(broker))
        {
            await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
            await PublishAsync(channel, "", "nowhere", Sampled);
        }

        await broker.StopAsync(); // stopping makes the broker send all spans

        Assert.That(collector.Metric("amqpbroker.message.received"), Is.EqualTo(1));
        Assert.That(collector.Spans, Is.Empty);
    }

    private async Task<BrokerProcess> StartAsync(OtlpReceiver collector, params string[] settings)
    {
        string file = Path.Combine(_directory, $"{Guid.NewGuid():N}.conf");
        await File.WriteAllLinesAsync(
            file, [
                $"opentelemetry.endpoint = {collector.Endpoint.OriginalString}",
                "opentelemetry.traces = true",
                "prometheus.tcp.port = 0",
                .. settings
            ]);
        return await BrokerProcess.StartAsync(configFile: file);
    }

    private static Task<IConnection> ConnectAsync(BrokerProcess broker) =>
        new ConnectionFactory { Uri = broker.Uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();

    private static async Task PublishAsync(IChannel channel, string exchange, string routingKey, string? parent)
    {
        var properties = new BasicProperties { MessageId = "m1", CorrelationId = "c1" };
        if (parent is not null)
            properties.Headers = new Dictionary<string, object?> { ["traceparent"] = parent };
        await channel.BasicPublishAsync(exchange, routingKey, mandatory: false, properties, new byte[3]);
    }

    private async Task<Protobuf> SpanAsync(string name)
    {
        Protobuf? span = null;
        await Eventually.Holds(
            () => (span = _collector.Spans.FirstOrDefault(each => each.Text(5) == name)) is not null,
            () => $"There are only {string.Join(", ", _collector.Spans.Select(each => each.Text(5)))}.");
        return span!;
    }
}
