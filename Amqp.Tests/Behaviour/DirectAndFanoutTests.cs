using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class DirectAndFanoutTests : BehaviourTests
{
    [Test]
    public async Task Direct_routes_to_every_queue_bound_by_just_that_key()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "direct");
        string one = await DeclareQueueAsync(channel), other = await DeclareQueueAsync(channel), neither = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(one, exchange, "k");
        await channel.BindQueueAsync(other, exchange, "k");
        await channel.BindQueueAsync(neither, exchange, "K");

        await channel.PublishAsync(exchange, "k", "hello");

        Assert.That((await channel.GetAsync(one)).Text, Is.EqualTo("hello"));
        Assert.That((await channel.GetAsync(other)).Text, Is.EqualTo("hello"));
        await channel.ExpectEmptyAsync(neither);
    }

    [TestCase("#")]
    [TestCase("*")]
    [TestCase("a.*")]
    public async Task Direct_knows_no_wildcards(string key)
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "direct"), queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, exchange, key);

        await channel.PublishAsync(exchange, "a.b", "not this");
        await channel.PublishAsync(exchange, key, "this");

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("this"));
    }

    [Test]
    public async Task Direct_takes_the_empty_key_for_a_key()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "direct"), queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, exchange, "");

        await channel.PublishAsync(exchange, "", "hello");

        await channel.GetAsync(queue);
    }

    [Test]
    public async Task Fanout_routes_to_every_queue_whatever_the_key()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "fanout");
        string one = await DeclareQueueAsync(channel), other = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(one, exchange, "a");
        await channel.BindQueueAsync(other, exchange, "b");

        await channel.PublishAsync(exchange, "c", "hello");

        await channel.GetAsync(one);
        await channel.GetAsync(other);
    }

    [TestCase("direct")]
    [TestCase("fanout")]
    [TestCase("topic")]
    [TestCase("headers")]
    public async Task A_queue_bound_more_than_once_gets_one_copy(string type)
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, type), queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, exchange, "k");
        await channel.BindQueueAsync(queue, exchange, "k", Table("a", Amqp.Protocol.FieldValue.Void));
        await channel.BindQueueAsync(queue, exchange, "#");

        await channel.PublishAsync(exchange, "k", "hello", new() { Headers = Table("a", Amqp.Protocol.FieldValue.FromInt32(1)) });

        Assert.That((await channel.GetAsync(queue)).Method.MessageCount, Is.Zero);
    }

    [Test]
    public async Task Messages_keep_their_order_on_the_way()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "topic"), queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, exchange, "#");
        for (int message = 0; message < 50; message++)
            await channel.PublishAsync(exchange, $"k{message % 3}", $"{message}");

        for (int message = 0; message < 50; message++)
            Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo($"{message}"));
    }
}
