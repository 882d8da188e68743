using Amqp.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using RabbitMQ.Client;

namespace Amqp.Tests.Telemetry;

/// <summary>The metrics that an OpenTelemetry collector receives from the broker over OTLP.</summary>
[NonParallelizable] // instruments belong to the process, so the counts of a second broker would be exported too
public class OtlpMetricsTests
{
    [Test]
    public async Task Counts_are_those_of_the_messages_that_were_sent()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var broker = await StartAsync(collector);
        await using var connection = await broker.Factory().CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.QueueDeclareAsync("q", false, false, false);
        await channel.QueueDeclareAsync("gone", false, false, false);
        await channel.QueueDeclareAsync("gone", false, false, false);
        await channel.QueueDeclareAsync("kept", durable: true, false, false);
        for (int i = 0; i < 2; i++)
            await channel.BasicPublishAsync("", "kept", false, new BasicProperties { Persistent = true }, new byte[50_000]);
        for (int i = 0; i < 5; i++)
            await channel.BasicPublishAsync("", "q", new byte[10]);
        await channel.BasicPublishAsync("", "nowhere", new byte[10]);
        await channel.BasicGetAsync("q", autoAck: true);
        var acknowledged = await channel.BasicGetAsync("q", autoAck: false);
        await channel.BasicAckAsync(acknowledged!.DeliveryTag, false);
        var rejected = await channel.BasicGetAsync("q", autoAck: false);
        await channel.BasicRejectAsync(rejected!.DeliveryTag, requeue: false);
        await channel.BasicGetAsync("q", autoAck: false);
        await channel.QueueDeleteAsync("gone");

        await Eventually.Holds(() => collector.Metric("amqpbroker.queue.deleted") == 1, () => "The last count has not arrived.");

        Assert.Multiple(() =>
        {
            Assert.That(collector.Metric("amqpbroker.message.received"), Is.EqualTo(8));
            Assert.That(collector.Metric("amqpbroker.message.enqueued"), Is.EqualTo(7));
            Assert.That(collector.Metric("amqpbroker.message.confirmed"), Is.EqualTo(8));
            Assert.That(collector.Metric("amqpbroker.message.unroutable", ("amqpbroker.outcome", "dropped")), Is.EqualTo(1));
            Assert.That(collector.Metric("amqpbroker.message.unroutable", ("amqpbroker.outcome", "returned")), Is.Zero);
            Assert.That(
                collector.Metric(
                    "amqpbroker.message.delivered", ("messaging.operation.name", "get"), ("amqpbroker.acknowledgement", "automatic")),
                Is.EqualTo(1));
            Assert.That(
                collector.Metric(
                    "amqpbroker.message.delivered", ("messaging.operation.name", "get"), ("amqpbroker.acknowledgement", "manual")),
                Is.EqualTo(3));
            Assert.That(collector.Metric("amqpbroker.message.delivered"), Is.EqualTo(4));
            Assert.That(collector.Metric("amqpbroker.message.redelivered"), Is.Zero);
            Assert.That(collector.Metric("amqpbroker.message.acknowledged"), Is.EqualTo(1));
            Assert.That(collector.Metric("amqpbroker.message.dead_lettered", ("amqpbroker.reason", "rejected")), Is.EqualTo(1));
            Assert.That(collector.Metric("amqpbroker.message.current", ("amqpbroker.state", "ready")), Is.EqualTo(3));
            Assert.That(collector.Metric("amqpbroker.message.current", ("amqpbroker.state", "unacknowledged")), Is.EqualTo(1));
            Assert.That(collector.Metric("amqpbroker.queue.count"), Is.EqualTo(2));
            Assert.That(collector.Metric("amqpbroker.queue.created"), Is.EqualTo(3));
            Assert.That(collector.Metric("amqpbroker.queue.declared"), Is.EqualTo(4));
            Assert.That(collector.Metric("amqpbroker.connection.count"), Is.EqualTo(1));
            Assert.That(
                (collector.Metric("amqpbroker.connection.opened"), collector.Metric("amqpbroker.connection.closed")),
                Is.EqualTo((1, 0)));
            Assert.That(collector.Metric("amqpbroker.channel.count"), Is.EqualTo(1));
            Assert.That((collector.Metric("amqpbroker.channel.opened"), collector.Metric("amqpbroker.channel.closed")), Is.EqualTo((1, 0)));
            Assert.That(
                collector.Metric("amqpbroker.login", ("network.protocol.name", "amqp091"), ("amqpbroker.outcome", "succeeded")),
                Is.EqualTo(1));
            Assert.That(
                collector.Metric("amqpbroker.login", ("network.protocol.name", "amqp091"), ("amqpbroker.outcome", "failed")),
                Is.Zero);
            Assert.That(collector.Metric("amqpbroker.disk.io", ("disk.io.direction", "write")), Is.GreaterThan(100_000));
            Assert.That(collector.Metric("amqpbroker.disk.io", ("disk.io.direction", "read")), Is.LessThan(50_000));
            Assert.That(collector.Metric("amqpbroker.consumer.count"), Is.Zero);
            Assert.That(collector.Metric("amqpbroker.alarm"), Is.Zero);
            Assert.That(collector.Metric("amqpbroker.memory.usage"), Is.GreaterThan(1 << 20));
            Assert.That(collector.Metric("amqpbroker.network.io", ("network.io.direction", "receive")), Is.GreaterThan(100_000));
            Assert.That(collector.Metric("amqpbroker.network.io", ("network.io.direction", "transmit")), Is.LessThan(50_000));
        });
    }

    [Test]
    public async Task The_collector_is_told_who_speaks_with_the_headers_it_wants()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var broker = await StartAsync(collector, "opentelemetry.headers = authorization=Bearer%20abc");

        await Eventually.Holds(() => collector.Resources.Any(), () => "Nothing came.");

        var resource = collector.Resources.First();
        Assert.That(resource["service.name"], Is.EqualTo("amqpbroker"));
        Assert.That(resource["service.version"], Does.Match(@"^\d+\.\d+\.\d+$"));
        Assert.That(resource["service.instance.id"], Is.EqualTo($"rabbit@{Environment.MachineName}"));
        Assert.That(resource["host.name"], Is.EqualTo(Environment.MachineName));
        Assert.That(collector.Authorizations.First(), Is.EqualTo("Bearer abc"));
    }

    [Test]
    public async Task Metrics_may_go_by_grpc()
    {
        await using var collector = await OtlpReceiver.StartAsync(HttpProtocols.Http2);
        await using var broker = await StartAsync(collector, "opentelemetry.protocol = grpc");

        await Eventually.Holds(() => collector.Metric("amqpbroker.vhost.count") == 1, () => "Nothing came.");
    }

    [Test]
    public async Task A_broker_that_stops_sends_what_it_counted_last()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using (var broker = await StartAsync(collector, "opentelemetry.interval = 3600000"))
        {
            await using var connection = await BrokerInProcess.ConnectAsync(broker.Factory());
        }

        Assert.That(collector.Metric("amqpbroker.connection.opened"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_collector_that_refuses_is_one_line_in_the_log_and_one_when_it_takes_metrics_again()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        collector.Answer = StatusCodes.Status400BadRequest;
        await using var broker = await StartAsync(collector);
        await Eventually.Holds(
            () => broker.Log.Any(line => line.StartsWith("Cannot send to", StringComparison.Ordinal)),
            () => "Nothing was logged.");

        collector.Answer = StatusCodes.Status200OK;
        await Eventually.Holds(
            () => broker.Log.Any(line => line.EndsWith("accepts telemetry again", StringComparison.Ordinal)),
            () => "Nothing was logged.");

        Assert.That(broker.Log.Count(line => line.StartsWith("Cannot send to", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task Without_a_collector_nothing_of_OpenTelemetry_is_loaded()
    {
        Assume.That(BrokerProgram.IsNative, Is.False, "A native file is loaded as a whole.");
        await using var broker = await BrokerProcess.StartAsync();

        string maps = await File.ReadAllTextAsync($"/proc/{broker.Pid}/maps");

        // Checks that the file lists loaded assemblies. Without such a list, the next assertion would prove nothing.
        Assert.That(maps, Does.Contain("amqpbroker.dll"));
        Assert.That(maps, Does.Not.Contain("OpenTelemetry"));
    }

    private static Task<BrokerInProcess> StartAsync(OtlpReceiver collector, params string[] settings) =>
        BrokerInProcess.StartAsync(
            [$"opentelemetry.endpoint = {collector.Endpoint.OriginalString}", "opentelemetry.interval = 100", .. settings]);
}
