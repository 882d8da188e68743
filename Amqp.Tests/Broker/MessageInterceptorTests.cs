using Amqp.Protocol;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Configuration;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>The broker can be configured to add headers to published messages.</summary>
public class MessageInterceptorTests
{
    private const string Timestamp = "message_interceptors.incoming.set_header_timestamp.overwrite";
    private const string RoutingNode = "message_interceptors.incoming.set_header_routing_node.overwrite";

    [Test]
    public async Task Every_message_gets_the_time_at_which_it_was_published()
    {
        long before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

        var properties = await RoundTripAsync($"{Timestamp} = false", new() { MessageId = "m" });

        long milliseconds = properties.Headers!["timestamp_in_ms"]!.Value.AsInteger();
        Assert.That(milliseconds, Is.InRange(before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));
        Assert.That(
            properties,
            Is.EqualTo(new BasicProperties
            {
                MessageId = "m",
                Timestamp = (ulong)milliseconds / 1000,
                Headers = Table("timestamp_in_ms", FieldValue.FromInt64(milliseconds))
            }));
    }

    [Test]
    public async Task A_time_that_the_publisher_has_set_stays()
    {
        var published = new BasicProperties { Timestamp = 1, Headers = Table("timestamp_in_ms", FieldValue.FromString("mine")) };

        Assert.That(await RoundTripAsync($"{Timestamp} = false", published), Is.EqualTo(published));
    }

    [Test]
    public async Task A_time_that_the_publisher_has_set_is_overwritten_where_that_is_asked_for()
    {
        var published = new BasicProperties
        {
            Timestamp = 1,
            Headers = Table("timestamp_in_ms", FieldValue.FromString("mine")).With("other", FieldValue.FromInt32(1))
        };

        var properties = await RoundTripAsync($"{Timestamp} = true", published);

        long milliseconds = properties.Headers!["timestamp_in_ms"]!.Value.AsInteger();
        Assert.That(properties.Timestamp, Is.EqualTo((ulong)milliseconds / 1000));
        Assert.That(
            properties.Headers,
            Is.EqualTo(Table("other", FieldValue.FromInt32(1)).With("timestamp_in_ms", FieldValue.FromInt64(milliseconds))));
    }

    /// <summary>
    /// A message can have its timestamp in a header and in a property. If the publisher has set only the header or only the property, the
    /// broker sets the missing value.
    /// </summary>
    [Test]
    public void A_time_that_the_publisher_has_set_in_part_is_completed(
        [Values] bool hasHeader, [Values] bool hasTimestamp, [Values] bool overwrites)
    {
        var clock = new ManualClock();
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var interceptors = MessageInterceptors.Of(new InterceptorOptions { OverwritesTimestamp = overwrites }, clock)!;
        var published = new BasicProperties
        {
            Headers = hasHeader
                ? Table("timestamp_in_ms", FieldValue.FromInt64(1)).With("other", FieldValue.FromInt32(2))
                : Table("other", FieldValue.FromInt32(2)),
            Timestamp = hasTimestamp ? 1 : null,
            AppId = "app",
        };

        var properties = BasicProperties.Read(interceptors.Intercept(Encoded.Properties(published)));

        Assert.That(properties.Headers!["timestamp_in_ms"]!.Value.AsInteger(), Is.EqualTo(hasHeader && !overwrites ? 1 : now));
        Assert.That(properties.Timestamp, Is.EqualTo(hasTimestamp && !overwrites ? 1UL : (ulong)now / 1000));
        Assert.That(
            (properties.Headers.Count, properties.Headers["other"]!.Value.AsInteger(), properties.AppId),
            Is.EqualTo((2, 2L, "app")));
    }

    [TestCase("false", "mine")]
    [TestCase("true", null)]
    public async Task Every_message_gets_the_node_that_took_it(string overwrites, string? expected)
    {
        string node = $"rabbit@{Environment.MachineName}";
        var unset = await RoundTripAsync($"{RoutingNode} = {overwrites}", new());
        Assert.That(unset.Headers, Is.EqualTo(Table("x-routed-by", FieldValue.FromString(node))));

        var set = await RoundTripAsync(
            $"{RoutingNode} = {overwrites}", new() { Headers = Table("x-routed-by", FieldValue.FromString("mine")) });

        Assert.That(set.Headers, Is.EqualTo(Table("x-routed-by", FieldValue.FromString(expected ?? node))));
        Assert.That(set.Timestamp, Is.Null);
    }

    [Test]
    public async Task A_headers_exchange_sees_what_was_added()
    {
        await using var broker = await BrokerInProcess.StartAsync($"{RoutingNode} = true");
        await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{broker.Port}"));
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        await channel.DeclareExclusiveQueueAsync("q");
        await channel.BindQueueAsync(
            "q", "amq.headers", arguments: Table("x-match", FieldValue.FromString("any-with-x")).With("x-routed-by", FieldValue.Void));

        await channel.PublishAsync("amq.headers", "", "a");

        Assert.That((await channel.GetAsync("q")).Text, Is.EqualTo("a"));
    }

    private static async Task<BasicProperties> RoundTripAsync(string setting, BasicProperties properties)
    {
        await using var broker = await BrokerInProcess.StartAsync(setting);
        await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{broker.Port}"));
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        await channel.DeclareExclusiveQueueAsync("q");
        await channel.PublishAsync("", "q", "a", properties);
        return (await channel.GetAsync("q")).Content.Decoded;
    }

    private static FieldTable Table(string name, FieldValue value) => FieldTable.Empty.With(name, value);
}
