using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>An empty queue name means the queue that the channel declared last.</summary>
public class LastDeclaredQueueTests : BehaviourTests
{
    [Test]
    public async Task It_may_be_bound_read_purged_and_deleted_without_its_name()
    {
        var channel = await OpenChannelAsync();
        string queue = (await channel.DeclareExclusiveQueueAsync("")).Queue;

        await channel.BindQueueAsync("", "amq.direct", queue);
        await channel.PublishAsync("amq.direct", queue, "one");
        Assert.That((await channel.GetAsync("")).Text, Is.EqualTo("one"));
        await channel.UnbindQueueAsync("", "amq.direct", queue);
        await channel.CallAsync<QueuePurge, QueuePurgeOk>(new QueuePurge("", false));
        await channel.ConsumeAsync("");
        await channel.DeleteQueueAsync("");
    }

    [Test]
    public async Task Bound_without_name_and_key_its_name_is_the_key()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel), exchange = await DeclareExchangeAsync(channel, "direct");

        await channel.BindQueueAsync("", exchange, "");
        await channel.PublishAsync(exchange, queue, "one");

        await channel.GetAsync(queue);
    }

    [Test]
    public async Task Bound_by_name_an_empty_key_is_an_empty_key()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel), exchange = await DeclareExchangeAsync(channel, "direct");

        await channel.BindQueueAsync(queue, exchange, "");
        await channel.PublishAsync(exchange, queue, "by name");
        await channel.PublishAsync(exchange, "", "by empty key");

        var got = await channel.GetAsync(queue);
        Assert.That((got.Text, got.Method.MessageCount), Is.EqualTo(("by empty key", 0u)));
    }

    [Test]
    public async Task Looking_a_queue_up_makes_it_the_last()
    {
        var channel = await OpenChannelAsync();
        string first = await DeclareQueueAsync(channel);
        await DeclareQueueAsync(channel);
        await channel.PublishAsync("", first, "one");

        await channel.LookUpQueueAsync(first);

        Assert.That((await channel.GetAsync("")).Text, Is.EqualTo("one"));
    }

    [Test]
    public async Task A_queue_declared_without_wait_is_the_last_too()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new QueueDeclare("", false, false, Exclusive: true, false, NoWait: true, FieldTable.Empty));

        await channel.ExpectEmptyAsync("");
    }

    [Test]
    public async Task It_is_each_channels_own()
    {
        var channel = await OpenChannelAsync();
        await DeclareQueueAsync(channel);
        var other = await channel.Client.OpenChannelAsync(2);

        await other.SendAsync(new BasicGet("", true));

        await ExpectNoneAsync(other, BasicGet.Id);
    }

    [Test]
    public async Task A_deleted_queue_is_still_the_last()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.DeleteQueueAsync(queue);

        await channel.SendAsync(new BasicGet("", true));

        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no queue '{queue}' in vhost '/'", BasicGet.Id);
    }

    [Test]
    public async Task Without_one_there_is_nothing_to_bind() =>
        await AssertNoneAsync(new QueueBind("", "amq.direct", "k", false, FieldTable.Empty));

    [Test]
    public async Task Without_one_there_is_nothing_to_unbind() =>
        await AssertNoneAsync(new QueueUnbind("", "amq.direct", "k", FieldTable.Empty));

    [Test]
    public async Task Without_one_there_is_nothing_to_purge() => await AssertNoneAsync(new QueuePurge("", false));

    [Test]
    public async Task Without_one_there_is_nothing_to_delete() => await AssertNoneAsync(new QueueDelete("", false, false, false));

    [Test]
    public async Task Without_one_there_is_nothing_to_get() => await AssertNoneAsync(new BasicGet("", true));

    [Test]
    public async Task Without_one_there_is_nothing_to_consume() =>
        await AssertNoneAsync(new BasicConsume("", "", false, true, false, false, FieldTable.Empty));

    private async Task AssertNoneAsync<TMethod>(TMethod method)
        where TMethod : struct, IMethod<TMethod>
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(method);

        await ExpectNoneAsync(channel, TMethod.Id);
    }

    private static Task ExpectNoneAsync(RawChannel channel, MethodId cause) =>
        channel.ExpectCloseAsync(ReplyCode.NotFound, "NOT_FOUND - no previously declared queue", cause);
}
