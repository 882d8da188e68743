using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class ConnectionCloseTests : BehaviourTests
{
    [Test]
    public async Task A_client_that_closes_the_connection_gets_close_ok()
    {
        var client = await ConnectAsync();
        await client.OpenChannelAsync();

        await client.SendAsync(0, new ConnectionClose(200, "bye", 0, 0));

        await client.ExpectAsync<ConnectionCloseOk>(0);
    }

    [Test]
    public async Task After_the_brokers_close_only_close_ok_counts()
    {
        var client = await ClosedByTheBrokerAsync();

        await client.SendAsync(1, new BasicQos(0, 1, false));
        await client.SendFrameAsync(FrameType.Body, 1, "abc"u8);
        await client.SendFrameAsync((FrameType)9, 0, []);
        await client.SendAsync(0, new ConnectionCloseOk());

        await client.ExpectEndAsync();
    }

    [Test]
    public async Task Closes_that_cross_are_both_answered()
    {
        var client = await ClosedByTheBrokerAsync();

        await client.SendAsync(0, new ConnectionClose(200, "bye", 0, 0));

        await client.ExpectAsync<ConnectionCloseOk>(0);
    }

    [Test]
    public async Task Exclusive_queues_are_gone_when_close_ok_is_read()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        var other = await OpenChannelAsync();

        await channel.Client.SendAsync(0, new ConnectionClose(200, "", 0, 0));
        await channel.Client.ExpectAsync<ConnectionCloseOk>(0);

        await other.SendAsync(new QueueDeclare(queue, true, false, false, false, false, FieldTable.Empty));
        await other.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no queue '{queue}' in vhost '/'", QueueDeclare.Id);
    }

    [Test]
    public async Task What_was_published_before_the_close_is_routed()
    {
        var other = await OpenChannelAsync();
        string queue = NewQueueName();
        await other.DeclareQueueAsync(queue);
        var channel = await OpenChannelAsync();

        for (int message = 0; message < 100; message++)
            await channel.PublishAsync("", queue, $"{message}");
        await channel.Client.SendAsync(0, new ConnectionClose(200, "", 0, 0));
        await channel.Client.ExpectAsync<ConnectionCloseOk>(0);

        for (int message = 0; message < 100; message++)
            Assert.That((await other.GetAsync(queue)).Text, Is.EqualTo($"{message}"));
    }

    [Test]
    public async Task What_was_unacknowledged_goes_back_to_its_queue()
    {
        var other = await OpenChannelAsync();
        string queue = NewQueueName();
        await other.DeclareQueueAsync(queue);
        await other.PublishAsync("", queue, "one");
        var channel = await OpenChannelAsync();
        await channel.GetAsync(queue, noAck: false);

        await channel.Client.SendAsync(0, new ConnectionClose(200, "", 0, 0));
        await channel.Client.ExpectAsync<ConnectionCloseOk>(0);

        Assert.That((await other.GetAsync(queue)).Method.Redelivered, Is.True);
    }

    [Test]
    public async Task A_connection_that_is_simply_lost_gives_its_messages_back_too()
    {
        var other = await OpenChannelAsync();
        string queue = NewQueueName();
        await other.DeclareQueueAsync(queue);
        await other.PublishAsync("", queue, "one");
        var channel = await OpenChannelAsync();
        await channel.GetAsync(queue, noAck: false);
        await other.ConsumeAsync(queue);

        await channel.Client.DisposeAsync();

        Assert.That((await other.ExpectDeliveryAsync()).Method.Redelivered, Is.True);
    }

    [Test]
    public async Task What_one_channel_gives_back_does_not_go_out_on_another_of_the_same_connection()
    {
        await SkipOnRabbitMqAsync("RabbitMQ closes the channels one after another, each with its consumers.");
        const int count = 10;
        var other = await OpenChannelAsync();
        string queue = NewQueueName();
        await other.DeclareQueueAsync(queue);
        var client = await ConnectAsync();
        var holding = await client.OpenChannelAsync(1);
        var consuming = await client.OpenChannelAsync(2);
        for (int message = 0; message < count; message++)
            await holding.PublishAsync("", queue, $"{message}");
        for (int message = 0; message < count; message++)
            await holding.GetAsync(queue, noAck: false);
        await consuming.ConsumeAsync(queue, noAck: true);

        await client.SendAsync(0, new ConnectionClose(200, "", 0, 0));

        // The next frame is connection.close-ok, so the broker has sent no delivery before it.
        Assert.That((await client.ReceiveAsync()).Method, Is.EqualTo(ConnectionCloseOk.Id));
        for (int message = 0; message < count; message++)
            Assert.That((await other.GetAsync(queue)).Text, Is.EqualTo($"{message}"));
    }

    private async Task<RawClient> ClosedByTheBrokerAsync()
    {
        var client = await ConnectAsync();
        await client.OpenChannelAsync();
        await client.SendFrameAsync((FrameType)9, 0, []);
        await client.ExpectCloseAsync(ReplyCode.FrameError, "FRAME_ERROR - type 9, all octets = <<>>: unknown_frame");
        return client;
    }
}
