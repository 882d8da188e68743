using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.EndToEnd;

/// <summary>Clients that use RabbitMQ.Client publish and consume in common ways.</summary>
public sealed class PublishAndConsumeTests : ClientTests
{
    [Test]
    public async Task A_message_comes_with_its_properties_as_it_was_sent()
    {
        var channel = await OpenChannelAsync();
        string queue = await channel.QueueDeclareAsync();
        var sent = new BasicProperties
        {
            ContentType = "text/plain",
            ContentEncoding = "utf-8",
            DeliveryMode = DeliveryModes.Persistent,
            Priority = 7,
            CorrelationId = "correlation",
            ReplyTo = "reply",
            Expiration = "600000",
            MessageId = "id",
            Timestamp = new AmqpTimestamp(1_700_000_000),
            Type = "type",
            UserId = "guest",
            AppId = "app",
            Headers = new Dictionary<string, object?> { ["number"] = 42L, ["text"] = "grün"u8.ToArray(), ["nothing"] = null },
        };

        await channel.BasicPublishAsync("", queue, mandatory: true, sent, "body"u8.ToArray());

        var got = await channel.BasicGetAsync(queue, autoAck: true);
        var received = got!.BasicProperties;
        Assert.That(
            (
                received.ContentType, received.ContentEncoding, received.DeliveryMode, received.Priority, received.CorrelationId,
                received.ReplyTo, received.Expiration,
                received.MessageId, received.Timestamp, received.Type, received.UserId, received.AppId),
            Is.EqualTo(
                (
                    sent.ContentType, sent.ContentEncoding, sent.DeliveryMode, sent.Priority, sent.CorrelationId, sent.ReplyTo,
                    sent.Expiration,
                    sent.MessageId, sent.Timestamp, sent.Type, sent.UserId, sent.AppId)));
        Assert.That(received.Headers, Is.EquivalentTo(sent.Headers));
        Assert.That(Encoding.UTF8.GetString(got.Body.Span), Is.EqualTo("body"));
    }

    [Test]
    public async Task A_tracked_publish_returns_when_the_message_is_confirmed_and_in_its_queue()
    {
        var publishing = await OpenChannelAsync(confirms: true);
        string queue = await publishing.QueueDeclareAsync(
            $"confirmed-{Guid.NewGuid():N}", durable: true, exclusive: false, autoDelete: false);

        for (int number = 0; number < 100; number++)
            await publishing.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { Persistent = true }, new byte[] { 1 });

        Assert.That((await publishing.QueueDeclarePassiveAsync(queue)).MessageCount, Is.EqualTo(100));
    }

    [Test]
    public async Task Tracked_publishes_may_all_be_under_way_at_once()
    {
        var channel = await OpenChannelAsync(confirms: true);
        string queue = await channel.QueueDeclareAsync($"window-{Guid.NewGuid():N}", durable: true, exclusive: false, autoDelete: false);

        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(number =>
            channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { Persistent = true }, BitConverter.GetBytes(number))
                .AsTask()))
                .WaitAsync(Patience);

        Assert.That((await channel.QueueDeclarePassiveAsync(queue)).MessageCount, Is.EqualTo(1_000));
    }

    [Test]
    public async Task A_mandatory_message_without_a_queue_is_returned_whole()
    {
        var channel = await OpenChannelAsync();
        var returned = new TaskCompletionSource<(ushort, string, string, string, string)>();
        channel.BasicReturnAsync += (_, message) =>
        {
            returned.TrySetResult(
                (message.ReplyCode, message.ReplyText, message.Exchange, message.RoutingKey, Encoding.UTF8.GetString(message.Body.Span)));
            return Task.CompletedTask;
        };

        await channel.BasicPublishAsync("amq.direct", "nowhere", mandatory: true, "come back"u8.ToArray());

        Assert.That(await returned.Task.WaitAsync(Patience), Is.EqualTo(((ushort)312, "NO_ROUTE", "amq.direct", "nowhere", "come back")));
    }

    [Test]
    public async Task A_tracked_mandatory_publish_without_a_queue_throws_for_the_return()
    {
        var channel = await OpenChannelAsync(confirms: true);

        Assert.That(
            async () => await channel.BasicPublishAsync("amq.direct", "nowhere", mandatory: true, new byte[] { 1 }),
            Throws.InstanceOf<PublishException>().With.Property("IsReturn").True);
    }

    [Test]
    public async Task A_consumer_has_no_more_unacknowledged_messages_than_its_prefetch()
    {
        var channel = await OpenChannelAsync(confirms: true);
        string queue = await channel.QueueDeclareAsync();
        foreach (string text in new[] { "one", "two", "three", "four", "five" })
            await channel.BasicPublishAsync("", queue, Encoding.UTF8.GetBytes(text));
        await channel.BasicQosAsync(0, prefetchCount: 2, global: false);

        var log = await DeliveryLog.ConsumeAsync(channel, queue);
        var first = await log.NextAsync(2);
        await channel.QueueDeclarePassiveAsync(queue); // the broker sends the reply after all deliveries, so all of them have arrived
        int more = log.Waiting;
        await channel.BasicAckAsync(first[1].DeliveryTag, multiple: true);

        Assert.That(more, Is.Zero);
        Assert.That((await log.NextAsync(2)).Select(arrival => arrival.Text), Is.EqualTo(["three", "four"]));
    }

    [Test]
    public async Task A_rejected_message_comes_again_marked_redelivered()
    {
        var channel = await OpenChannelAsync(confirms: true);
        string queue = await channel.QueueDeclareAsync();
        await channel.BasicPublishAsync("", queue, "again"u8.ToArray());
        var log = await DeliveryLog.ConsumeAsync(channel, queue);

        var first = await log.NextAsync();
        await channel.BasicNackAsync(first.DeliveryTag, multiple: false, requeue: true);

        Assert.That(await log.NextAsync(), Is.EqualTo(new Arrival("again", 2, true)));
    }

    [Test]
    public async Task What_a_closed_channel_had_not_acknowledged_goes_to_the_next_consumer_in_order()
    {
        var channel = await OpenChannelAsync(confirms: true);
        string queue = await channel.QueueDeclareAsync($"left-{Guid.NewGuid():N}", durable: false, exclusive: false, autoDelete: false);
        foreach (int number in Enumerable.Range(0, 50))
            await channel.BasicPublishAsync("", queue, Encoding.UTF8.GetBytes($"{number}"));
        var leaving = await OpenChannelAsync();
        await (await DeliveryLog.ConsumeAsync(leaving, queue)).NextAsync(50);

        await leaving.CloseAsync();

        Assert.That(
            (await (await DeliveryLog.ConsumeAsync(channel, queue)).NextAsync(50)).Select(arrival => (arrival.Text, arrival.Redelivered)),
            Is.EqualTo(Enumerable.Range(0, 50).Select(number => ($"{number}", true))));
    }

    [Test]
    public async Task A_consumer_hears_of_its_queue_s_deletion()
    {
        var channel = await OpenChannelAsync();
        string queue = await channel.QueueDeclareAsync($"deleted-{Guid.NewGuid():N}", durable: false, exclusive: false, autoDelete: false);
        var cancelled = new TaskCompletionSource<string[]>();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.UnregisteredAsync += (_, gone) =>
        {
            cancelled.TrySetResult(gone.ConsumerTags);
            return Task.CompletedTask;
        };
        string tag = await channel.BasicConsumeAsync(queue, autoAck: true, consumer);

        await (await OpenChannelAsync()).QueueDeleteAsync(queue);

        Assert.That(await cancelled.Task.WaitAsync(Patience), Is.EqualTo([tag]));
    }

    [Test]
    public async Task An_error_closes_the_channel_and_leaves_the_connection()
    {
        var connection = await ConnectAsync();
        var channel = await connection.CreateChannelAsync();

        Assert.That(
            async () => await channel.QueueDeclarePassiveAsync("not there"),
            Throws.TypeOf<OperationInterruptedException>().With.Message.Contains("NOT_FOUND - no queue 'not there' in vhost '/'"));
        Assert.That(async () => await (await connection.CreateChannelAsync()).QueueDeclareAsync(), Throws.Nothing);
    }
}
