using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>While tracing is on, the broker publishes copies of all messages to the exchange <c>amq.rabbitmq.trace</c>.</summary>
public class FirehoseTests : ApiTests
{
    private const string Traced = "traced";

    [Test]
    public async Task A_publish_is_told_with_its_properties_body_and_queues()
    {
        string host = await NewVirtualHostAsync(new { tracing = true });
        var channel = await TraceAsync(host);
        await channel.DeclareQueueAsync("q");
        await channel.BindQueueAsync("q", "amq.direct", "k");
        var properties = new BasicProperties
        {
            ContentType = "text/plain",
            Headers = new([new("h", FieldValue.FromInt32(1)), Keys("CC", "x")]),
            DeliveryMode = 2,
            ReplyTo = "r",
            Timestamp = 5,
        };

        await channel.PublishAsync("amq.direct", "k", "body", properties with { Headers = new([.. properties.Headers, Keys("BCC", "y")]) });

        var told = await channel.GetAsync(Traced);
        Assert.That(
            (told.Method.Exchange, told.Method.RoutingKey, told.Text),
            Is.EqualTo(("amq.rabbitmq.trace", "publish.amq.direct", "body")));
        var headers = told.Content.Decoded.Headers!;
        Assert.That(headers["properties"]!.Value.AsTable(), Is.EqualTo(new FieldTable([
            new("timestamp", FieldValue.FromInt32(5)), new("reply_to", FieldValue.FromString("r")),
            new("delivery_mode", FieldValue.FromInt32(2)),
            new("headers", FieldValue.FromTable(properties.Headers)), new("content_type", FieldValue.FromString("text/plain")),
        ])));
        Assert.That(EventWatch.Texts(told, "exchange_name", "routing_keys", "channel", "user", "routed_queues", "vhost"), Is.EqualTo(new[]
        {
            "amq.direct", "[k, x, y]", "1", "guest", "[q]", host,
        }));
        Assert.That(headers["connection"]!.Value.AsString(), Does.Match("^127\\.0\\.0\\.1:\\d+ -> 127\\.0\\.0\\.1:\\d+$"));
        Assert.That(headers["node"]!.Value.AsString(), Does.Contain("@"));
    }

    [Test]
    public async Task Deliveries_are_told_by_queue_and_whether_they_are_the_first()
    {
        var channel = await TraceAsync(await NewVirtualHostAsync(new { tracing = true }));
        await channel.DeclareQueueAsync("q");

        await channel.PublishAsync("", "q", "body");
        await channel.GetAsync("q", noAck: false);
        await channel.CallAsync<BasicRecover, BasicRecoverOk>(new BasicRecover(true));
        await channel.ConsumeAsync("q", noAck: true);
        await channel.ExpectDeliveryAsync();

        Assert.That((await channel.GetAsync(Traced)).Method.RoutingKey, Is.EqualTo("publish."));
        foreach (int redelivered in (int[])[0, 1])
        {
            var told = await channel.GetAsync(Traced);
            Assert.That((told.Method.RoutingKey, told.Text), Is.EqualTo(("deliver.q", "body")));
            Assert.That(told.Content.Decoded.Headers!["redelivered"], Is.EqualTo(FieldValue.FromInt32(redelivered)));
            Assert.That(told.Content.Decoded.Headers["routed_queues"], Is.Null);
        }
    }

    [Test]
    public async Task Nothing_is_told_of_what_it_tells()
    {
        var channel = await TraceAsync(await NewVirtualHostAsync(new { tracing = true }));

        await channel.PublishAsync("", "nowhere", "body");
        await channel.GetAsync(Traced);

        await channel.ExpectEmptyAsync(Traced);
    }

    [Test]
    public async Task A_publish_in_a_transaction_is_told_before_the_commit()
    {
        var channel = await TraceAsync(await NewVirtualHostAsync(new { tracing = true }));
        await channel.CallAsync<TxSelect, TxSelectOk>(new TxSelect());

        await channel.PublishAsync("", "nowhere", "body");

        Assert.That((await channel.GetAsync(Traced)).Text, Is.EqualTo("body"));
    }

    [Test]
    public async Task Texts_that_are_not_UTF_8_are_told_as_they_are()
    {
        var channel = await TraceAsync(await NewVirtualHostAsync(new { tracing = true }));
        byte[] properties = [0, 0x08, 2, 0xFF, 0xFE]; // the flags say that only app-id is present

        await channel.PublishAsync(new BasicPublish("", "nowhere", false, false), properties, []);

        var told = (await channel.GetAsync(Traced)).Content.Decoded.Headers!["properties"]!.Value.AsTable();
        Assert.That(told["app_id"]!.Value.AsBytes().ToArray(), Is.EqualTo(new byte[] { 0xFF, 0xFE }));
    }

    [Test]
    public async Task Copies_that_die_and_are_delivered_do_not_go_round_for_ever()
    {
        await SkipOnRabbitMqAsync("RabbitMQ would copy the messages endlessly.");
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        var deadLetter = new FieldTable(
            [new("x-dead-letter-exchange", FieldValue.FromString("amq.fanout")), new("x-message-ttl", FieldValue.FromInt32(0))]);
        await channel.DeclareQueueAsync("dying", arguments: deadLetter);
        await channel.DeclareQueueAsync("dead");
        await channel.BindQueueAsync("dying", "amq.rabbitmq.trace", "#");
        await channel.BindQueueAsync("dead", "amq.fanout", "");
        await channel.ConsumeAsync("dead", noAck: true);
        await PutAsync($"/vhosts/{host}", new { tracing = true });

        var publisher = await OpenChannelAsync(host);
        await publisher.PublishAsync("", "nowhere", "body");

        await publisher.ExpectQuietAsync();
        Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo("body"));
    }

    [Test]
    public async Task It_is_switched_with_the_virtual_host_and_otherwise_stays_as_it_is()
    {
        string host = await NewVirtualHostAsync();
        Assert.That(await IsTracingAsync(host), Is.False);

        await PutAsync($"/vhosts/{host}", new { tracing = true });
        await PutAsync($"/vhosts/{host}", new { description = "d" });
        Assert.That(await IsTracingAsync(host), Is.True);

        await PutAsync($"/vhosts/{host}", new { tracing = "false" });
        Assert.That(await IsTracingAsync(host), Is.False);
    }

    [Test]
    public async Task Switched_off_it_tells_nothing()
    {
        string host = await NewVirtualHostAsync(new { tracing = true });
        var channel = await TraceAsync(host);
        await PutAsync($"/vhosts/{host}", new { tracing = false });
        await channel.DeclareQueueAsync("q");

        await channel.PublishAsync("", "q", "body");
        await channel.GetAsync("q");

        await channel.ExpectEmptyAsync(Traced);
    }

    private static KeyValuePair<string, FieldValue> Keys(string name, string key) =>
        new(name, FieldValue.FromArray([FieldValue.FromString(key)]));

    private static async Task<bool> IsTracingAsync(string host) =>
        (await GetAsync($"/vhosts/{host}")).Json.GetProperty("tracing").GetBoolean();

    /// <summary>Opens a channel, and binds a queue that receives the copies of all traced messages.</summary>
    private async Task<RawChannel> TraceAsync(string host)
    {
        var channel = await OpenChannelAsync(host);
        await channel.DeclareQueueAsync(Traced);
        await channel.BindQueueAsync(Traced, "amq.rabbitmq.trace", "#");
        return channel;
    }
}
