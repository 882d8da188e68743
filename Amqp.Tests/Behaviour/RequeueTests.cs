using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>Requeued messages go back to their positions in the queue, and are delivered again.</summary>
public class RequeueTests : BehaviourTests
{
    [Test]
    public async Task A_message_goes_back_to_its_place()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueWithAsync(channel, 4);
        await channel.GetAsync(queue, noAck: false);
        await channel.GetAsync(queue, noAck: false);

        await channel.SendAsync(new BasicReject(2, Requeue: true));
        await channel.SendAsync(new BasicReject(1, Requeue: true));

        Assert.That(await GetAllAsync(channel, queue, 4), Is.EqualTo(new[] { "1 again", "2 again", "3", "4" }));
    }

    [Test]
    public async Task A_message_goes_back_behind_older_ones()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueWithAsync(channel, 3);
        for (int message = 0; message < 3; message++)
            await channel.GetAsync(queue, noAck: false);

        await channel.SendAsync(new BasicReject(3, Requeue: true));
        await channel.SendAsync(new BasicReject(1, Requeue: true));

        Assert.That(await GetAllAsync(channel, queue, 2), Is.EqualTo(new[] { "1 again", "3 again" }));
    }

    [Test]
    public async Task A_consumer_gets_back_what_it_requeued_when_nobody_else_is_there()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueWithAsync(channel, 1);
        await channel.ConsumeAsync(queue, "a");
        await channel.ExpectDeliveryAsync();

        await channel.SendAsync(new BasicNack(1, false, Requeue: true));

        var again = await channel.ExpectDeliveryAsync();
        Assert.That((again.Method.DeliveryTag, again.Method.Redelivered), Is.EqualTo((2ul, true)));
    }

    [Test]
    public async Task Recover_gives_everything_back_in_order()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueWithAsync(channel, 3);
        for (int message = 0; message < 3; message++)
            await channel.GetAsync(queue, noAck: false);

        await channel.CallAsync<BasicRecover, BasicRecoverOk>(new BasicRecover(Requeue: true));

        Assert.That(await GetAllAsync(channel, queue, 3), Is.EqualTo(new[] { "1 again", "2 again", "3 again" }));
    }

    [Test]
    public async Task Recover_ok_comes_before_the_redeliveries()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueWithAsync(channel, 2);
        await channel.ConsumeAsync(queue, "a");
        await channel.ExpectDeliveryAsync();
        await channel.ExpectDeliveryAsync();

        await channel.CallAsync<BasicRecover, BasicRecoverOk>(new BasicRecover(Requeue: true));

        foreach (ulong tag in (ulong[])[3, 4])
        {
            var again = await channel.ExpectDeliveryAsync();
            Assert.That((again.Method.DeliveryTag, again.Method.Redelivered), Is.EqualTo((tag, true)));
        }
    }

    [Test]
    public async Task Recover_with_nothing_to_recover_is_fine()
    {
        var channel = await OpenChannelAsync();

        await channel.CallAsync<BasicRecover, BasicRecoverOk>(new BasicRecover(Requeue: true));
    }

    [Test]
    public async Task A_tag_from_before_recover_is_unknown()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueWithAsync(channel, 1);
        await channel.GetAsync(queue, noAck: false);
        await channel.CallAsync<BasicRecover, BasicRecoverOk>(new BasicRecover(Requeue: true));

        await channel.SendAsync(new BasicAck(1, false));

        await channel.ExpectCloseAsync(ReplyCode.PreconditionFailed, "PRECONDITION_FAILED - unknown delivery tag 1", BasicAck.Id);
    }

    [Test]
    public async Task Recover_async_does_the_same_without_an_answer()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueWithAsync(channel, 1);
        await channel.GetAsync(queue, noAck: false);

        await channel.SendAsync(new BasicRecoverAsync(Requeue: true));

        Assert.That((await channel.GetAsync(queue)).Method.Redelivered, Is.True);
    }

    [Test]
    public async Task Recover_to_the_same_consumer_is_not_implemented()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new BasicRecover(Requeue: false));

        await channel.Client.ExpectCloseAsync(ReplyCode.NotImplemented, "NOT_IMPLEMENTED - requeue=false", BasicRecover.Id);
    }

    [Test]
    public async Task Recover_async_to_the_same_consumer_is_not_implemented()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new BasicRecoverAsync(Requeue: false));

        await channel.Client.ExpectCloseAsync(ReplyCode.NotImplemented, "NOT_IMPLEMENTED - requeue=false", BasicRecoverAsync.Id);
    }

    /// <summary>Declares a queue that contains a number of messages: "1", "2" and so on.</summary>
    private static async Task<string> DeclareQueueWithAsync(RawChannel channel, int count)
    {
        string queue = await DeclareQueueAsync(channel);
        for (int message = 1; message <= count; message++)
            await channel.PublishAsync("", queue, $"{message}");
        return queue;
    }

    private static async Task<List<string>> GetAllAsync(RawChannel channel, string queue, int count)
    {
        var all = new List<string>();
        while (all.Count < count)
        {
            var got = await channel.GetAsync(queue);
            all.Add(got.Method.Redelivered ? $"{got.Text} again" : got.Text);
        }
        await channel.ExpectEmptyAsync(queue);
        return all;
    }
}
