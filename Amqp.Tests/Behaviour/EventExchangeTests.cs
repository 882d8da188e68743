using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>The broker publishes events, such as the creation of a queue, to the exchange <c>amq.rabbitmq.event</c>.</summary>
public class EventExchangeTests : BehaviourTests
{
    [Test]
    public async Task It_is_there_and_clients_cannot_publish_to_it()
    {
        var channel = await OpenChannelAsync();
        await channel.LookUpExchangeAsync(EventWatch.Exchange);

        await channel.PublishAsync(EventWatch.Exchange, "k");

        await channel.ExpectCloseAsync(
            ReplyCode.AccessRefused,
            $"ACCESS_REFUSED - cannot publish to internal exchange '{EventWatch.Exchange}' in vhost '/'",
            BasicPublish.Id);
    }

    [Test]
    public async Task A_new_queue_is_told_with_how_it_was_declared()
    {
        var (channel, events) = (await OpenChannelAsync(), await ListenAsync("queue.created"));
        string queue = NewQueueName();

        await channel.DeclareQueueAsync(queue, durable: true, arguments: Table("x-max-priority", FieldValue.FromInt32(3)));

        var told = await events.NextAsync("name", queue);
        Assert.That(
            told.Method with { DeliveryTag = 0, ConsumerTag = "" },
            Is.EqualTo(new BasicDeliver("", 0, false, EventWatch.Exchange, "queue.created")));
        Assert.That(told.Content.Body, Is.Empty);
        Assert.That(told.Content.Decoded.DeliveryMode, Is.EqualTo(2));
        Assert.That(
            EventWatch.Texts(told, "user_who_performed_action", "vhost", "exclusive", "auto_delete", "durable", "arguments", "owner_pid"),
            Is.EqualTo(new[]
            {
                "guest", "/", "false", "false", "true", "[{<<\"x-max-priority\">>,signedint,3}]", "",
            }));
        long time = told.Content.Decoded.Headers!["timestamp_in_ms"]!.Value.AsInteger();
        Assert.That((ulong)time / 1000, Is.EqualTo(told.Content.Decoded.Timestamp));
    }

    [Test]
    public async Task A_queue_that_is_there_already_is_not_told_again()
    {
        var (channel, events) = (await OpenChannelAsync(), await ListenAsync("queue.created"));
        string queue = await DeclareQueueAsync(channel);
        await events.NextAsync("name", queue);

        await channel.DeclareExclusiveQueueAsync(queue);
        string next = await DeclareQueueAsync(channel);

        Assert.That(EventWatch.Texts(await events.NextAsync("name", queue, next), "name"), Is.EqualTo(new[] { next }));
    }

    [Test]
    public async Task Exchanges_bindings_and_what_becomes_of_them_are_told()
    {
        var (channel, events) = (await OpenChannelAsync(), await ListenAsync("exchange.*", "binding.*", "queue.deleted"));
        string exchange = NewExchangeName(), queue = NewQueueName();

        await channel.DeclareExchangeAsync(exchange, "topic", durable: true);
        await channel.DeclareQueueAsync(queue, durable: true);
        await channel.BindQueueAsync(queue, exchange, "k", Table("z", FieldValue.FromString("y")));
        await channel.UnbindQueueAsync(queue, exchange, "k", Table("z", FieldValue.FromString("y")));
        await channel.DeleteQueueAsync(queue);
        await channel.DeleteExchangeAsync(exchange);

        var created = await events.NextAsync("name", exchange);
        Assert.That(created.Method.RoutingKey, Is.EqualTo("exchange.created"));
        Assert.That(EventWatch.Texts(created, "type", "durable", "internal", "policy"), Is.EqualTo(new[] { "topic", "true", "false", "" }));
        foreach (string name in (string[])["binding.created", "binding.deleted"])
        {
            var bound = await events.NextAsync("source_name", exchange);
            Assert.That(bound.Method.RoutingKey, Is.EqualTo(name));
            Assert.That(
                EventWatch.Texts(bound, "source_kind", "destination_name", "destination_kind", "routing_key", "arguments", "vhost"),
                Is.EqualTo(new[]
                {
                    "exchange", queue, "queue", "k", "[{<<\"z\">>,longstr,<<\"y\">>}]", "/",
                }));
        }
        Assert.That(await events.NextAsync("name", queue, ["user_who_performed_action"]), Is.EqualTo("queue.deleted; guest"));
        Assert.That((await events.NextAsync("name", exchange)).Method.RoutingKey, Is.EqualTo("exchange.deleted"));
    }

    [Test]
    public async Task What_goes_with_something_else_is_told_as_the_brokers_own_doing()
    {
        var (channel, events) = (await OpenChannelAsync(), await ListenAsync("binding.deleted", "queue.deleted", "consumer.deleted"));
        string exchange = await DeclareExchangeAsync(channel, "fanout"), queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, exchange, "");
        await channel.ConsumeAsync(queue);

        await channel.Client.DisposeAsync();

        Assert.That(await events.NextAsync("queue", queue, ["user_who_performed_action"]), Is.EqualTo("consumer.deleted; rmq-internal"));
        Assert.That(
            await events.NextAsync("destination_name", queue, ["user_who_performed_action"]),
            Is.EqualTo("binding.deleted; rmq-internal"));
        Assert.That(await events.NextAsync("name", queue, ["user_who_performed_action"]), Is.EqualTo("queue.deleted; rmq-internal"));
    }

    [Test]
    public async Task Consumers_that_come_and_go_are_told()
    {
        var (channel, events) = (await OpenChannelAsync(), await ListenAsync("consumer.*"));
        string queue = await DeclareQueueAsync(channel);
        await channel.QosAsync(7);

        await channel.ConsumeAsync(queue, "tag", arguments: Table("x-priority", FieldValue.FromInt32(4)));
        await channel.CallAsync<BasicCancel, BasicCancelOk>(new BasicCancel("tag", false));

        var created = await events.NextAsync("queue", queue);
        Assert.That(created.Method.RoutingKey, Is.EqualTo("consumer.created"));
        Assert.That(EventWatch.Texts(created, "consumer_tag", "ack_required", "exclusive", "prefetch_count", "arguments"), Is.EqualTo(new[]
        {
            "tag", "true", "false", "7", "[{<<\"x-priority\">>,signedint,4}]",
        }));
        var deleted = await events.NextAsync("queue", queue);
        Assert.That(deleted.Method.RoutingKey, Is.EqualTo("consumer.deleted"));
        Assert.That(EventWatch.Texts(deleted, "consumer_tag", "channel"), Is.EqualTo(EventWatch.Texts(created, "consumer_tag", "channel")));
    }

    [Test]
    public async Task A_connection_and_its_channel_are_told_from_the_login_to_the_end()
    {
        var events = await ListenAsync("user.authentication.success", "connection.*", "channel.*");
        string name = NewName("connection");
        var client = await ConnectAsync(properties: Table("connection_name", FieldValue.FromString(name)));
        await (await client.OpenChannelAsync(3)).CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "bye", 0, 0));
        await client.SendAsync(0, new ConnectionClose(200, "bye", 0, 0));
        await client.ExpectAsync<ConnectionCloseOk>(0);

        var created = await events.NextAsync("user_provided_name", name);
        Assert.That(created.Method.RoutingKey, Is.EqualTo("connection.created"));
        Assert.That(
            EventWatch.Texts(created, "user", "vhost", "protocol", "auth_mechanism", "type", "ssl", "channel_max", "timeout"),
            Is.EqualTo(new[]
            {
                "guest", "/", "{0,9,1}", "PLAIN", "network", "false", "2047", "0",
            }));
        string pid = EventWatch.Texts(created, "pid")[0];
        var channel = await events.NextAsync("connection", pid);
        Assert.That(channel.Method.RoutingKey, Is.EqualTo("channel.created"));
        Assert.That(EventWatch.Texts(channel, "number", "name"), Is.EqualTo(new[] { "3", $"{EventWatch.Texts(created, "name")[0]} (3)" }));
        Assert.That((await events.NextAsync("pid", EventWatch.Texts(channel, "pid")[0])).Method.RoutingKey, Is.EqualTo("channel.closed"));
        var closed = await events.NextAsync("pid", pid);
        Assert.That(closed.Method.RoutingKey, Is.EqualTo("connection.closed"));
        Assert.That(EventWatch.Texts(closed, "user_provided_name"), Is.EqualTo(new[] { name }));
    }

    [Test]
    public async Task A_connection_is_told_with_both_its_ends_and_what_was_agreed_on()
    {
        var events = await ListenAsync("user.authentication.success", "connection.created");
        string name = NewName("connection");
        await ConnectAsync(
            channelMax: 100, frameMax: 8192, heartbeat: 7, properties: Table("connection_name", FieldValue.FromString(name)));

        // Other tests run at the same time, so this login may be that of another test's client.
        var login = await events.NextAsync("connection_type", "network");
        var created = await events.NextAsync("user_provided_name", name);

        Assert.That(
            EventWatch.Texts(created, "channel_max", "frame_max", "timeout", "port"),
            Is.EqualTo(new[] { "100", "8192", "7", $"{(await BrokerTarget.UriAsync).Port}" }));
        Assert.That(
            EventWatch.Texts(created, "name")[0],
            Does.Match($@"^\S+:{EventWatch.Texts(created, "peer_port")[0]} -> \S+:{EventWatch.Texts(created, "port")[0]}$"));
        Assert.That(
            EventWatch.Texts(login, "connection_name")[0],
            Does.Match($@"^\S+:{EventWatch.Texts(login, "peer_port")[0]} -> \S+:{EventWatch.Texts(created, "port")[0]}$"));
    }

    [Test]
    public async Task A_consumer_is_told_with_how_it_consumes()
    {
        var (channel, events) = (await OpenChannelAsync(), await ListenAsync("consumer.created"));
        string queue = await DeclareQueueAsync(channel);

        await channel.ConsumeAsync(queue, "alone", noAck: true, exclusive: true);

        Assert.That(
            EventWatch.Texts(
                await events.NextAsync("queue", queue), "consumer_tag", "ack_required", "exclusive", "prefetch_count", "vhost"),
            Is.EqualTo(new[] { "alone", "false", "true", "0", "/" }));
    }

    [Test]
    public async Task A_channel_that_the_broker_closed_is_told_once_though_its_client_goes_without_an_answer()
    {
        var events = await ListenAsync("channel.closed", "connection.*");
        string name = NewName("connection");
        var client = await ConnectAsync(properties: Table("connection_name", FieldValue.FromString(name)));
        string connection = EventWatch.Texts(await events.NextAsync("user_provided_name", name), "name")[0];
        var channel = await client.OpenChannelAsync();
        // the empty name means the queue that the channel declared last, and the channel has not declared any
        await channel.SendAsync(new QueueDelete("", false, false, false));
        await channel.ExpectAsync<ChannelClose>();

        await client.SendAsync(0, new ConnectionClose(200, "bye", 0, 0));
        await client.ExpectAsync<ConnectionCloseOk>(0);

        var told = new List<string>();
        do
            told.Add((await events.NextAsync(
                headers => headers["pid"]?.ToString().Contains(connection, StringComparison.Ordinal) == true)).Method.RoutingKey);
        while (told[^1] != "connection.closed");
        Assert.That(told, Is.EqualTo(["channel.closed", "connection.closed"]));
    }

    [Test]
    public async Task A_refused_login_is_told_with_the_name_that_was_tried()
    {
        var events = await ListenAsync("user.authentication.failure");
        string name = NewName("user");
        var client = await DialAsync();
        await client.StartAsync();

        await client.SendAsync(
            0, new ConnectionStartOk(FieldTable.Empty, "PLAIN", System.Text.Encoding.UTF8.GetBytes($"\0{name}\0wrong"), "en_US"));

        var told = await events.NextAsync("name", name);
        Assert.That(
            EventWatch.Texts(told, "auth_mechanism", "protocol", "connection_type"),
            Is.EqualTo(new[] { "PLAIN", "{0,9,1}", "network" }));
        var error = told.Content.Decoded.Headers!["error"]!.Value.AsArray().Select(character => (char)character.AsInteger());
        Assert.That(new string([.. error]), Is.EqualTo($"user '{name}' - invalid credentials"));
    }

    private async Task<EventWatch> ListenAsync(params IEnumerable<string> names) =>
        await EventWatch.StartAsync(await OpenChannelAsync(), names);
}
