using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class ConfirmTests : BehaviourTests
{
    [TestCase(false, null)]
    [TestCase(true, null)]
    [TestCase(true, (byte)2)]
    public async Task Every_publish_is_confirmed_once_and_numbered_from_1(bool durable, byte? deliveryMode)
    {
        const ulong count = 200;
        var channel = await OpenChannelAsync();
        string queue = NewQueueName();
        await channel.DeclareQueueAsync(queue, durable);
        await channel.SelectConfirmsAsync();

        for (ulong message = 1; message <= count; message++)
            await channel.PublishAsync("", queue, $"{message}", new() { DeliveryMode = deliveryMode });

        Assert.That(await ExpectConfirmsAsync(channel, count), Is.EqualTo(Numbers(1, count)));
    }

    [Test]
    public async Task The_count_begins_with_select()
    {
        var channel = await OpenChannelAsync();
        await channel.PublishAsync("", NewName("q"));
        await channel.SelectConfirmsAsync();

        await channel.PublishAsync("", NewName("q"));

        Assert.That(await channel.ExpectAsync<BasicAck>(), Is.EqualTo(new BasicAck(1, false)));
    }

    [Test]
    public async Task A_message_that_nobody_wants_is_confirmed()
    {
        var channel = await OpenChannelAsync();
        await channel.SelectConfirmsAsync();

        await channel.PublishAsync("", NewName("q"), "x", new() { DeliveryMode = 2 });

        Assert.That((await channel.ExpectAsync<BasicAck>()).DeliveryTag, Is.EqualTo(1));
    }

    [Test]
    public async Task A_mandatory_message_that_nobody_wants_is_returned_and_then_confirmed()
    {
        var channel = await OpenChannelAsync();
        await channel.SelectConfirmsAsync();

        await channel.PublishAsync("", NewName("q"), "x", mandatory: true);

        await channel.ExpectMessageAsync<BasicReturn>();
        Assert.That((await channel.ExpectAsync<BasicAck>()).DeliveryTag, Is.EqualTo(1));
    }

    [Test]
    public async Task Returned_messages_are_counted_like_others()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.SelectConfirmsAsync();
        await channel.PublishAsync("", NewName("q"), "x", mandatory: true);
        await channel.ExpectMessageAsync<BasicReturn>();
        await channel.ExpectAsync<BasicAck>();

        await channel.PublishAsync("", queue, "y");

        Assert.That((await channel.ExpectAsync<BasicAck>()).DeliveryTag, Is.EqualTo(2));
    }

    [Test]
    public async Task A_message_in_many_queues_is_confirmed_once()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "fanout");
        for (int queue = 0; queue < 5; queue++)
            await channel.BindQueueAsync(await DeclareQueueAsync(channel), exchange);
        await channel.SelectConfirmsAsync();

        await channel.PublishAsync(exchange, "", "x");

        Assert.That((await channel.ExpectAsync<BasicAck>()).DeliveryTag, Is.EqualTo(1));
        await channel.ExpectQuietAsync();
    }

    [Test]
    public async Task A_confirmed_message_can_be_counted_at_once()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.SelectConfirmsAsync();

        await channel.PublishAsync("", queue, "x");
        await channel.ExpectAsync<BasicAck>();

        Assert.That((await channel.LookUpQueueAsync(queue)).MessageCount, Is.EqualTo(1));
    }

    [Test]
    public async Task Messages_whose_queue_is_deleted_meanwhile_are_confirmed()
    {
        const ulong count = 500;
        var channel = await OpenChannelAsync();
        var other = await OpenChannelAsync();
        string queue = NewQueueName();
        await channel.DeclareQueueAsync(queue, durable: true);
        await channel.SelectConfirmsAsync();

        for (ulong message = 1; message <= count; message++)
        {
            await channel.PublishAsync("", queue, $"{message}", new() { DeliveryMode = 2 });
            if (message == count / 2)
                await other.SendAsync(new QueueDelete(queue, false, false, false));
        }

        Assert.That(await ExpectConfirmsAsync(channel, count), Is.EqualTo(Numbers(1, count)));
        await other.ExpectAsync<QueueDeleteOk>();
    }

    [Test]
    public async Task A_publish_that_closes_the_channel_is_not_confirmed()
    {
        var channel = await OpenChannelAsync();
        await channel.SelectConfirmsAsync();

        await channel.PublishAsync("nope", "k");

        await channel.ExpectCloseAsync(ReplyCode.NotFound, "NOT_FOUND - no exchange 'nope' in vhost '/'", BasicPublish.Id);
    }

    [Test]
    public async Task Select_may_be_repeated_and_does_not_start_the_count_again()
    {
        var channel = await OpenChannelAsync();
        await channel.SelectConfirmsAsync();
        await channel.PublishAsync("", NewName("q"));
        await channel.ExpectAsync<BasicAck>();

        await channel.SelectConfirmsAsync();
        await channel.PublishAsync("", NewName("q"));

        Assert.That((await channel.ExpectAsync<BasicAck>()).DeliveryTag, Is.EqualTo(2));
    }

    [Test]
    public async Task Select_without_wait_has_no_answer()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new ConfirmSelect(NoWait: true));

        await channel.PublishAsync("", NewName("q"));
        await channel.ExpectAsync<BasicAck>();
    }

    [Test]
    public async Task Each_channel_counts_for_itself()
    {
        var channel = await OpenChannelAsync();
        var other = await channel.Client.OpenChannelAsync(2);
        await channel.SelectConfirmsAsync();
        await channel.PublishAsync("", NewName("q"));
        await channel.ExpectAsync<BasicAck>();
        await other.SelectConfirmsAsync();

        await other.PublishAsync("", NewName("q"));

        Assert.That((await other.ExpectAsync<BasicAck>()).DeliveryTag, Is.EqualTo(1));
    }

    [Test]
    public async Task A_transactional_channel_cannot_be_switched()
    {
        var channel = await OpenChannelAsync();
        await channel.CallAsync<TxSelect, TxSelectOk>(new());

        await channel.SendAsync(new ConfirmSelect(false));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed, "PRECONDITION_FAILED - cannot switch from tx to confirm mode", ConfirmSelect.Id);
    }

    /// <summary>Reads acknowledgements, single and multiple, until this many publishes are confirmed.</summary>
    private static async Task<IEnumerable<ulong>> ExpectConfirmsAsync(RawChannel channel, ulong count)
    {
        var confirmed = new SortedSet<ulong>();
        while ((ulong)confirmed.Count < count)
        {
            var ack = await channel.ExpectAsync<BasicAck>();
            foreach (ulong number in ack.Multiple ? Numbers(1, ack.DeliveryTag) : [ack.DeliveryTag])
                if (!confirmed.Add(number) && !ack.Multiple)
                    Assert.Fail($"{number} was confirmed twice");
        }
        return confirmed;
    }

    private static IEnumerable<ulong> Numbers(ulong first, ulong last)
    {
        for (ulong number = first; number <= last; number++)
            yield return number;
    }
}
