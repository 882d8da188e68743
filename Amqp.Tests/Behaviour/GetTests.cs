using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class GetTests : BehaviourTests
{
    [Test]
    public async Task A_message_comes_with_what_is_left_in_the_queue()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        for (int message = 0; message < 3; message++)
            await channel.PublishAsync("", queue, $"{message}");

        var got = await channel.GetAsync(queue, noAck: false);

        Assert.That(got.Method, Is.EqualTo(new BasicGetOk(1, false, "", queue, 2)));
        Assert.That(got.Text, Is.EqualTo("0"));
    }

    [Test]
    public async Task An_empty_queue_says_so()
    {
        var channel = await OpenChannelAsync();

        await channel.ExpectEmptyAsync(await DeclareQueueAsync(channel));
    }

    [Test]
    public async Task Messages_come_in_order()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        for (int message = 0; message < 20; message++)
            await channel.PublishAsync("", queue, $"{message}");

        for (int message = 0; message < 20; message++)
            Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo($"{message}"));
    }

    [Test]
    public async Task From_a_queue_that_does_not_exist_is_not_found()
    {
        var channel = await OpenChannelAsync();
        string queue = NewName("q");

        await channel.SendAsync(new BasicGet(queue, true));

        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no queue '{queue}' in vhost '/'", BasicGet.Id);
    }

    [Test]
    public async Task Beside_an_exclusive_consumer_is_allowed()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.QosAsync(1);
        await channel.ConsumeAsync(queue, exclusive: true);
        await channel.PublishAsync("", queue, "consumed");
        await channel.ExpectDeliveryAsync();
        await channel.PublishAsync("", queue, "got");

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("got"));
    }

    [Test]
    public async Task Without_acknowledgement_the_message_is_gone_at_once()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", queue, "one");
        await channel.GetAsync(queue, noAck: true);

        await channel.CallAsync<BasicRecover, BasicRecoverOk>(new BasicRecover(Requeue: true));

        await channel.ExpectEmptyAsync(queue);
    }
}
