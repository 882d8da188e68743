using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class AutoDeleteQueueTests : BehaviourTests
{
    [Test]
    public async Task It_stays_until_it_has_had_a_consumer()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAutoDeleteAsync(channel);

        await channel.PublishAsync("", queue);
        await channel.GetAsync(queue);

        await channel.LookUpQueueAsync(queue);
    }

    [Test]
    public async Task It_goes_with_its_last_consumer()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAutoDeleteAsync(channel);
        await channel.ConsumeAsync(queue, "a");
        await channel.ConsumeAsync(queue, "b");

        await channel.CallAsync<BasicCancel, BasicCancelOk>(new BasicCancel("a", false));
        await channel.LookUpQueueAsync(queue);
        await channel.CallAsync<BasicCancel, BasicCancelOk>(new BasicCancel("b", false));

        await ExpectGoneAsync(channel, queue);
    }

    [Test]
    public async Task It_goes_with_the_channel_of_its_last_consumer()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAutoDeleteAsync(channel);
        var consuming = await channel.Client.OpenChannelAsync(2);
        await consuming.ConsumeAsync(queue);

        await consuming.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "", 0, 0));

        await ExpectGoneAsync(channel, queue);
    }

    [Test]
    public async Task It_goes_with_the_connection_of_its_last_consumer()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAutoDeleteAsync(channel);
        var consuming = await OpenChannelAsync();
        await consuming.ConsumeAsync(queue);

        await consuming.Client.SendAsync(0, new ConnectionClose(200, "", 0, 0));
        await consuming.Client.ExpectAsync<ConnectionCloseOk>(0);

        await ExpectGoneAsync(channel, queue);
    }

    private async Task<string> DeclareAutoDeleteAsync(RawChannel channel)
    {
        string queue = NewQueueName();
        await channel.DeclareQueueAsync(queue, autoDelete: true);
        return queue;
    }

    private static async Task ExpectGoneAsync(RawChannel channel, string queue)
    {
        await channel.SendAsync(new QueueDeclare(queue, Passive: true, false, false, false, false, FieldTable.Empty));
        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no queue '{queue}' in vhost '/'", QueueDeclare.Id);
    }
}
