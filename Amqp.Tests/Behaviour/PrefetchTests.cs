using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class PrefetchTests : BehaviourTests
{
    [Test]
    public async Task A_consumer_gets_as_many_as_it_may_hold_and_one_more_for_each_it_settles()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueWithAsync(channel, 5);
        await channel.QosAsync(2);
        await channel.ConsumeAsync(queue, "a");
        await ExpectTagsAsync(channel, 1, 2);
        await ExpectNoMoreAsync(channel, queue);

        await channel.SendAsync(new BasicAck(1, false));
        await ExpectTagsAsync(channel, 3);
        await channel.SendAsync(new BasicReject(2, false));
        await ExpectTagsAsync(channel, 4);

        await ExpectNoMoreAsync(channel, queue);
    }

    [Test]
    public async Task A_multiple_acknowledgement_makes_room_for_all_of_them()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueWithAsync(channel, 5);
        await channel.QosAsync(2);
        await channel.ConsumeAsync(queue, "a");
        await ExpectTagsAsync(channel, 1, 2);

        await channel.SendAsync(new BasicAck(2, Multiple: true));

        await ExpectTagsAsync(channel, 3, 4);
        await ExpectNoMoreAsync(channel, queue);
    }

    [Test]
    public async Task Each_consumer_has_room_of_its_own()
    {
        var channel = await OpenChannelAsync();
        string one = await DeclareQueueWithAsync(channel, 3), other = await DeclareQueueWithAsync(channel, 3);
        await channel.QosAsync(1);

        await channel.ConsumeAsync(one, "a");
        await ExpectTagsAsync(channel, 1);
        await channel.ConsumeAsync(other, "b");
        await ExpectTagsAsync(channel, 2);

        await ExpectNoMoreAsync(channel, one);
        await ExpectNoMoreAsync(channel, other);
    }

    [Test]
    public async Task A_change_is_for_consumers_that_start_later()
    {
        var channel = await OpenChannelAsync();
        string one = await DeclareQueueWithAsync(channel, 3), other = await DeclareQueueWithAsync(channel, 3);
        await channel.QosAsync(1);
        await channel.ConsumeAsync(one, "a");
        await ExpectTagsAsync(channel, 1);

        await channel.QosAsync(2);
        await ExpectNoMoreAsync(channel, one);
        await channel.ConsumeAsync(other, "b");

        await ExpectTagsAsync(channel, 2, 3);
        await ExpectNoMoreAsync(channel, other);
    }

    [Test]
    public async Task Zero_is_no_limit()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueWithAsync(channel, 50);
        await channel.QosAsync(1);
        await channel.QosAsync(0);

        await channel.ConsumeAsync(queue);

        for (ulong tag = 1; tag <= 50; tag++)
            await ExpectTagsAsync(channel, tag);
    }

    [Test]
    public async Task Consumers_that_do_not_acknowledge_have_no_limit()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueWithAsync(channel, 5);
        await channel.QosAsync(1);

        await channel.ConsumeAsync(queue, noAck: true);

        await ExpectTagsAsync(channel, 1, 2, 3, 4, 5);
    }

    [Test]
    public async Task Getting_has_no_limit_and_takes_no_room()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueWithAsync(channel, 5);
        await channel.QosAsync(1);
        await channel.GetAsync(queue, noAck: false);
        await channel.GetAsync(queue, noAck: false);

        await channel.ConsumeAsync(queue);

        await ExpectTagsAsync(channel, 3);
    }

    [Test]
    public async Task A_global_limit_is_shared_by_the_channels_consumers()
    {
        var channel = await OpenChannelAsync();
        string one = await DeclareQueueWithAsync(channel, 3), other = await DeclareQueueWithAsync(channel, 3);
        await channel.QosAsync(2, global: true);
        await channel.ConsumeAsync(one, "a");
        await ExpectTagsAsync(channel, 1, 2);

        await channel.ConsumeAsync(other, "b");
        await ExpectNoMoreAsync(channel, other);
        await channel.SendAsync(new BasicAck(1, false));

        var third = await channel.ExpectDeliveryAsync();
        Assert.That(third.Method.DeliveryTag, Is.EqualTo(3));
        await channel.ExpectQuietAsync();
    }

    [Test]
    public async Task A_global_limit_holds_beside_the_consumers_own()
    {
        var channel = await OpenChannelAsync();
        string one = await DeclareQueueWithAsync(channel, 3), other = await DeclareQueueWithAsync(channel, 3);
        await channel.QosAsync(2);
        await channel.QosAsync(3, global: true);

        await channel.ConsumeAsync(one, "a");
        await ExpectTagsAsync(channel, 1, 2);
        await channel.ConsumeAsync(other, "b");
        await ExpectTagsAsync(channel, 3);

        await ExpectNoMoreAsync(channel, one);
        await ExpectNoMoreAsync(channel, other);
    }

    [Test]
    public async Task A_limit_in_bytes_is_not_implemented()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new BasicQos(10, 0, false));

        await channel.Client.ExpectCloseAsync(ReplyCode.NotImplemented, "NOT_IMPLEMENTED - prefetch_size!=0 (10)", BasicQos.Id);
    }

    private static async Task<string> DeclareQueueWithAsync(RawChannel channel, int messages)
    {
        string queue = await DeclareQueueAsync(channel);
        for (int message = 0; message < messages; message++)
            await channel.PublishAsync("", queue, $"{message}");
        await channel.LookUpQueueAsync(queue);
        return queue;
    }

    private static async Task ExpectTagsAsync(RawChannel channel, params ulong[] tags)
    {
        foreach (ulong tag in tags)
            Assert.That((await channel.ExpectDeliveryAsync()).Method.DeliveryTag, Is.EqualTo(tag));
    }

    /// <summary>Checks that the broker sends no further delivery. The next frame must be the answer to a passive declare.</summary>
    private static async Task ExpectNoMoreAsync(RawChannel channel, string queue)
    {
        await channel.LookUpQueueAsync(queue);
        await channel.ExpectQuietAsync();
    }
}
