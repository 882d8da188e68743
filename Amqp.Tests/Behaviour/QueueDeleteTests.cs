using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class QueueDeleteTests : BehaviourTests
{
    [Test]
    public async Task Deleting_counts_the_ready_messages()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        for (int message = 0; message < 3; message++)
            await channel.PublishAsync("", queue);
        await channel.GetAsync(queue, noAck: false);

        Assert.That((await channel.DeleteQueueAsync(queue)).MessageCount, Is.EqualTo(2));
    }

    [Test]
    public async Task Deleting_what_is_not_there_is_fine()
    {
        var channel = await OpenChannelAsync();

        Assert.That((await channel.DeleteQueueAsync(NewName("q"))).MessageCount, Is.Zero);
    }

    [Test]
    public async Task If_unused_refuses_while_there_is_a_consumer()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.ConsumeAsync(queue);

        await channel.SendAsync(new QueueDelete(queue, IfUnused: true, false, false));

        await ExpectRefusalAsync(channel, queue, "in use");
    }

    [Test]
    public async Task If_empty_refuses_while_there_is_a_message()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", queue);

        await channel.SendAsync(new QueueDelete(queue, false, IfEmpty: true, false));

        await ExpectRefusalAsync(channel, queue, "not empty");
    }

    [Test]
    public async Task Not_empty_is_said_before_in_use()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        var consuming = await channel.Client.OpenChannelAsync(2);
        await consuming.QosAsync(1);
        await consuming.ConsumeAsync(queue);
        await channel.PublishAsync("", queue);
        await channel.PublishAsync("", queue);

        await channel.SendAsync(new QueueDelete(queue, IfUnused: true, IfEmpty: true, false));

        await ExpectRefusalAsync(channel, queue, "not empty");
    }

    [Test]
    public async Task If_unused_and_if_empty_let_an_idle_queue_go()
    {
        var channel = await OpenChannelAsync();

        await channel.DeleteQueueAsync(await DeclareQueueAsync(channel), ifUnused: true, ifEmpty: true);
    }

    [Test]
    public async Task Deleting_without_wait_has_no_answer()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.SendAsync(new QueueDelete(queue, false, false, NoWait: true));

        await channel.SendAsync(new QueueDeclare(queue, Passive: true, false, false, false, false, FieldTable.Empty));
        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no queue '{queue}' in vhost '/'", QueueDeclare.Id);
    }

    [Test]
    public async Task What_was_unacknowledged_may_be_acknowledged_still()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", queue);
        await channel.GetAsync(queue, noAck: false);
        await channel.DeleteQueueAsync(queue);

        await channel.SendAsync(new BasicAck(1, false));

        await channel.ExpectQuietAsync();
    }

    [Test]
    public async Task Purging_takes_the_ready_messages_and_leaves_the_others()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        for (int message = 0; message < 3; message++)
            await channel.PublishAsync("", queue, $"{message}");
        await channel.GetAsync(queue, noAck: false);

        var purged = await channel.CallAsync<QueuePurge, QueuePurgeOk>(new QueuePurge(queue, false));
        await channel.SendAsync(new BasicReject(1, Requeue: true));

        Assert.That(purged.MessageCount, Is.EqualTo(2));
        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("0"));
    }

    [Test]
    public async Task Purging_what_is_not_there_is_not_found()
    {
        var channel = await OpenChannelAsync();
        string queue = NewName("q");

        await channel.SendAsync(new QueuePurge(queue, false));

        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no queue '{queue}' in vhost '/'", QueuePurge.Id);
    }

    [Test]
    public async Task Purging_without_wait_has_no_answer()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", queue);

        await channel.SendAsync(new QueuePurge(queue, NoWait: true));

        await channel.ExpectEmptyAsync(queue);
    }

    private static Task ExpectRefusalAsync(RawChannel channel, string queue, string why) => channel.ExpectCloseAsync(
        ReplyCode.PreconditionFailed, $"PRECONDITION_FAILED - queue '{queue}' in vhost '/' {why}", QueueDelete.Id);
}
