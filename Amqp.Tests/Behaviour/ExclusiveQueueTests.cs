using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class ExclusiveQueueTests : BehaviourTests
{
    [Test]
    public async Task Its_own_connection_may_use_it_on_any_channel()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        var other = await channel.Client.OpenChannelAsync(2);

        await other.DeclareExclusiveQueueAsync(queue);
        await other.LookUpQueueAsync(queue);
        await other.ConsumeAsync(queue);
        await other.DeleteQueueAsync(queue);
    }

    [Test]
    public async Task Nobody_else_may_declare_it() =>
        await AssertLockedAsync(queue => new QueueDeclare(queue, false, false, Exclusive: true, false, false, FieldTable.Empty));

    [Test]
    public async Task Nobody_else_may_declare_it_as_their_shared_one() =>
        await AssertLockedAsync(queue => new QueueDeclare(queue, false, false, Exclusive: false, false, false, FieldTable.Empty));

    [Test]
    public async Task Nobody_else_may_look_it_up() =>
        await AssertLockedAsync(queue => new QueueDeclare(queue, Passive: true, false, false, false, false, FieldTable.Empty));

    [Test]
    public async Task Nobody_else_may_bind_it() =>
        await AssertLockedAsync(queue => new QueueBind(queue, "amq.direct", "k", false, FieldTable.Empty));

    [Test]
    public async Task Nobody_else_may_bind_it_to_the_default_exchange() =>
        await AssertLockedAsync(queue => new QueueBind(queue, "", queue, false, FieldTable.Empty));

    [Test]
    public async Task Nobody_else_may_unbind_it() =>
        await AssertLockedAsync(
            queue => new QueueUnbind(queue, "amq.direct", queue, FieldTable.Empty),
            (channel, queue) => channel.BindQueueAsync(queue, "amq.direct", queue));

    [Test]
    public async Task Nobody_else_may_purge_it() => await AssertLockedAsync(queue => new QueuePurge(queue, false));

    [Test]
    public async Task Nobody_else_may_delete_it() => await AssertLockedAsync(queue => new QueueDelete(queue, false, false, false));

    [Test]
    public async Task Nobody_else_may_get_from_it() => await AssertLockedAsync(queue => new BasicGet(queue, true));

    [Test]
    public async Task Nobody_else_may_consume_from_it() =>
        await AssertLockedAsync(queue => new BasicConsume(queue, "", false, true, false, false, FieldTable.Empty));

    [Test]
    public async Task Everybody_may_publish_to_it()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.ConsumeAsync(queue, noAck: true);

        await (await OpenChannelAsync()).PublishAsync("", queue, "one");

        Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo("one"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Its_owner_may_not_declare_it_otherwise(bool exclusive)
    {
        var channel = await OpenChannelAsync();
        string queue = NewQueueName();
        await channel.DeclareQueueAsync(queue, exclusive: exclusive);

        await channel.SendAsync(new QueueDeclare(queue, false, false, !exclusive, false, false, FieldTable.Empty));

        await ExpectLockedAsync(channel, queue, QueueDeclare.Id);
    }

    [Test]
    public async Task It_is_never_durable()
    {
        var channel = await OpenChannelAsync();
        string queue = NewName("q");
        await channel.DeclareQueueAsync(queue, durable: true, exclusive: true);

        await channel.DeclareQueueAsync(queue, durable: false, exclusive: true);
    }

    [Test]
    public async Task It_outlives_the_channel_that_declared_it()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "", 0, 0));

        await (await channel.Client.OpenChannelAsync(2)).LookUpQueueAsync(queue);
    }

    [Test]
    public async Task When_its_owner_is_lost_it_goes()
    {
        var owner = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(owner), exchange = NewExchangeName();
        await owner.DeclareExchangeAsync(exchange, "fanout", autoDelete: true);
        await owner.BindQueueAsync(queue, exchange);
        var other = await OpenChannelAsync();
        await owner.Client.DisposeAsync();

        // The broker may notice the lost connection only after a while. The test retries until the exclusive queue is deleted.
        for (ushort number = 2; ; number++)
        {
            await other.SendAsync(new QueueDeclare(queue, Passive: true, false, false, false, false, FieldTable.Empty));
            var close = await other.ExpectAsync<ChannelClose>();
            if ((ReplyCode)close.ReplyCode == ReplyCode.NotFound)
                break;
            Assert.That((ReplyCode)close.ReplyCode, Is.EqualTo(ReplyCode.ResourceLocked));
            Assert.That(number, Is.LessThan(2000), "the queue is still there");
            other = await other.Client.OpenChannelAsync(number);
        }
    }

    private async Task AssertLockedAsync<TMethod>(Func<string, TMethod> method, Func<RawChannel, string, Task>? prepare = null)
        where TMethod : struct, IMethod<TMethod>
    {
        var owner = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(owner);
        await (prepare?.Invoke(owner, queue) ?? Task.CompletedTask);
        var other = await OpenChannelAsync();

        await other.SendAsync(method(queue));

        await ExpectLockedAsync(other, queue, TMethod.Id);
    }

    private static Task ExpectLockedAsync(RawChannel channel, string queue, MethodId cause) => channel.ExpectCloseAsync(
        ReplyCode.ResourceLocked,
        $"RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '{queue}' in vhost '/'. It could be originally declared on " +
        "another connection or the exclusive property value does not match that of the original declaration.",
        cause);
}
