using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class PublishTests : BehaviourTests
{
    [Test]
    public async Task To_an_exchange_that_does_not_exist_closes_the_channel()
    {
        var channel = await OpenChannelAsync();

        await channel.PublishAsync("nope", "k", "hello");

        await channel.ExpectCloseAsync(ReplyCode.NotFound, "NOT_FOUND - no exchange 'nope' in vhost '/'", BasicPublish.Id);
    }

    [Test]
    public async Task To_an_internal_exchange_closes_the_channel()
    {
        var channel = await OpenChannelAsync();
        string exchange = NewExchangeName();
        await channel.DeclareExchangeAsync(exchange, "direct", @internal: true);

        await channel.PublishAsync(exchange, "k", "hello");

        await channel.ExpectCloseAsync(
            ReplyCode.AccessRefused, $"ACCESS_REFUSED - cannot publish to internal exchange '{exchange}' in vhost '/'", BasicPublish.Id);
    }

    [Test]
    public async Task Immediate_is_not_implemented()
    {
        var channel = await OpenChannelAsync();

        await channel.PublishAsync(new BasicPublish("", "k", false, Immediate: true), [0, 0], []);

        await channel.Client.ExpectCloseAsync(ReplyCode.NotImplemented, "NOT_IMPLEMENTED - immediate=true", BasicPublish.Id);
    }

    [Test]
    public async Task A_message_that_nobody_wants_is_dropped()
    {
        var channel = await OpenChannelAsync();

        await channel.PublishAsync("", NewName("q"), "hello");

        await channel.ExpectQuietAsync();
    }

    [Test]
    public async Task A_mandatory_message_that_nobody_wants_comes_back_as_it_went()
    {
        var channel = await OpenChannelAsync();
        string key = NewName("q");
        byte[] properties = Encoded.Properties(new BasicProperties { DeliveryMode = 2, Headers = Table("a", FieldValue.FromInt64(1)) });

        await channel.PublishAsync(new BasicPublish("", key, Mandatory: true, false), properties, "hello"u8.ToArray());

        var returned = await channel.ExpectMessageAsync<BasicReturn>();
        Assert.That(returned.Method, Is.EqualTo(new BasicReturn(312, "NO_ROUTE", "", key)));
        Assert.That(returned.Content.Properties, Is.EqualTo(properties));
        Assert.That(returned.Text, Is.EqualTo("hello"));
    }

    [Test]
    public async Task A_mandatory_message_that_somebody_wants_does_not_come_back()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.PublishAsync("", queue, "hello", mandatory: true);

        await channel.GetAsync(queue);
    }

    [TestCase(0)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(byte.MaxValue)]
    public async Task A_delivery_mode_other_than_1_and_2_is_refused(int mode)
    {
        var channel = await OpenChannelAsync();

        await channel.PublishAsync("", "k", "hello", new() { DeliveryMode = (byte)mode });

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed, $"PRECONDITION_FAILED - invalid message: {{delivery_mode_unknown,{mode}}}", BasicPublish.Id);
    }

    [TestCase("bob")]
    [TestCase("")]
    [TestCase("gues")]
    [TestCase("Guest")]
    public async Task A_user_id_that_is_not_the_users_is_refused(string userId)
    {
        var channel = await OpenChannelAsync();

        await channel.PublishAsync("", "k", "hello", new() { UserId = userId });

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            $"PRECONDITION_FAILED - user_id property set to '{userId}' but authenticated user was 'guest'",
            BasicPublish.Id);
    }

    [Test]
    public async Task A_user_id_that_is_the_users_is_passed_on()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.PublishAsync("", queue, "hello", new() { UserId = "guest" });

        Assert.That((await channel.GetAsync(queue)).Content.Decoded.UserId, Is.EqualTo("guest"));
    }

    [Test]
    public async Task A_persistent_message_to_a_transient_queue_stays_persistent_in_name()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.PublishAsync("", queue, "hello", new() { DeliveryMode = 2 });

        Assert.That((await channel.GetAsync(queue)).Content.Decoded.DeliveryMode, Is.EqualTo(2));
    }

    [Test]
    public async Task A_message_larger_than_the_broker_takes_is_refused_at_its_header()
    {
        await SkipOnRabbitMqAsync("RabbitMQ 3.10 refuses the message only after the whole body.");
        const ulong size = 128 * 1024 * 1024 + 1;
        var channel = await OpenChannelAsync();
        await channel.SendAsync(new BasicPublish("", "k", false, false));

        await channel.SendFrameAsync(FrameType.Header, Encoded.Header(size, [0, 0]));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            $"PRECONDITION_FAILED - message size {size} is larger than configured max size {size - 1}",
            BasicPublish.Id);
        await channel.SendFrameAsync(FrameType.Body, new byte[1000]);
        await channel.SendAsync(new ChannelCloseOk());
        await (await channel.Client.OpenChannelAsync(2)).ExpectQuietAsync();
    }

    [Test]
    public async Task A_routing_key_may_take_255_bytes()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "topic"), queue = await DeclareQueueAsync(channel);
        string key = string.Join('.', Enumerable.Repeat("a", 128));
        await channel.BindQueueAsync(queue, exchange, "a.#.a");

        await channel.PublishAsync(exchange, key, "hello");

        Assert.That((await channel.GetAsync(queue)).Method.RoutingKey, Is.EqualTo(key));
    }
}
