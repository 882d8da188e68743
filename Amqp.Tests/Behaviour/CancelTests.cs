using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class CancelTests : BehaviourTests
{
    [Test]
    public async Task After_cancel_ok_there_are_no_deliveries()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.ConsumeAsync(queue, "tag");

        Assert.That(
            (await channel.CallAsync<BasicCancel, BasicCancelOk>(new BasicCancel("tag", false))).ConsumerTag, Is.EqualTo("tag"));
        await channel.PublishAsync("", queue, "hello");

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("hello"));
    }

    [TestCase("nobody")]
    [TestCase("")]
    public async Task Cancelling_what_does_not_exist_is_fine(string tag)
    {
        var channel = await OpenChannelAsync();

        Assert.That((await channel.CallAsync<BasicCancel, BasicCancelOk>(new BasicCancel(tag, false))).ConsumerTag, Is.EqualTo(tag));
    }

    [Test]
    public async Task Without_wait_there_is_no_answer()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.ConsumeAsync(queue, "tag");

        await channel.SendAsync(new BasicCancel("tag", NoWait: true));

        Assert.That((await channel.LookUpQueueAsync(queue)).ConsumerCount, Is.Zero);
    }

    [Test]
    public async Task What_was_delivered_stays_with_the_channel_and_may_be_settled()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", queue, "hello");
        await channel.ConsumeAsync(queue, "tag");
        await channel.ExpectDeliveryAsync();

        await channel.CallAsync<BasicCancel, BasicCancelOk>(new BasicCancel("tag", false));
        await channel.ExpectEmptyAsync(queue);
        await channel.SendAsync(new BasicReject(1, Requeue: true));

        Assert.That((await channel.GetAsync(queue)).Method.Redelivered, Is.True);
    }

    [Test]
    public async Task A_deleted_queue_cancels_its_consumers()
    {
        var channel = await OpenChannelAsync();
        var other = await channel.Client.OpenChannelAsync(2);
        string queue = await DeclareQueueAsync(channel);
        await channel.ConsumeAsync(queue, "tag");

        await other.DeleteQueueAsync(queue);

        Assert.That(await channel.ExpectAsync<BasicCancel>(), Is.EqualTo(new BasicCancel("tag", NoWait: true)));
    }

    [Test]
    public async Task The_consumers_of_other_connections_hear_of_the_deletion_at_once()
    {
        var (deleting, one, other) = (await OpenChannelAsync(), await OpenChannelAsync(), await OpenChannelAsync());
        string queue = NewQueueName();
        await deleting.DeclareQueueAsync(queue);
        await one.ConsumeAsync(queue, "one");
        await other.ConsumeAsync(queue, "other");

        await deleting.DeleteQueueAsync(queue);

        Assert.That((await one.ExpectAsync<BasicCancel>()).ConsumerTag, Is.EqualTo("one"));
        Assert.That((await other.ExpectAsync<BasicCancel>()).ConsumerTag, Is.EqualTo("other"));
    }

    [Test]
    public async Task A_consumer_that_the_broker_cancelled_may_be_cancelled_still()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.ConsumeAsync(queue, "tag");
        await channel.DeleteQueueAsync(queue);
        await channel.ExpectAsync<BasicCancel>();

        await channel.CallAsync<BasicCancel, BasicCancelOk>(new BasicCancel("tag", false));
    }

    [Test]
    public async Task Clients_that_cannot_understand_it_are_not_told()
    {
        var channel = await (await ConnectAsync(properties: FieldTable.Empty)).OpenChannelAsync();
        var other = await OpenChannelAsync();
        string queue = NewQueueName();
        await channel.DeclareQueueAsync(queue);
        await channel.ConsumeAsync(queue, "tag");

        await other.DeleteQueueAsync(queue);
        await channel.DeclareExclusiveQueueAsync(NewName("q"));

        await channel.ExpectQuietAsync();
    }

    [Test]
    public async Task The_tag_of_a_consumer_that_the_broker_cancelled_is_free()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.ConsumeAsync(queue, "tag");
        await channel.DeleteQueueAsync(queue);
        await channel.ExpectAsync<BasicCancel>();

        await channel.ConsumeAsync(await DeclareQueueAsync(channel), "tag");
    }
}
