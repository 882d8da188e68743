using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class ExchangeToExchangeTests : BehaviourTests
{
    [Test]
    public async Task A_message_goes_on_through_a_bound_exchange()
    {
        var channel = await OpenChannelAsync();
        string source = await DeclareExchangeAsync(channel, "topic"), destination = await DeclareExchangeAsync(channel, "direct");
        string queue = await DeclareQueueAsync(channel);
        await channel.BindExchangeAsync(destination, source, "a.#");
        await channel.BindQueueAsync(queue, destination, "a.b");

        await channel.PublishAsync(source, "a.b", "one");

        var got = await channel.GetAsync(queue);
        Assert.That((got.Method.Exchange, got.Method.RoutingKey), Is.EqualTo((source, "a.b")), "the exchange of the publish");
    }

    [Test]
    public async Task An_internal_exchange_is_reached_that_way()
    {
        var channel = await OpenChannelAsync();
        string source = await DeclareExchangeAsync(channel, "fanout"),
            destination = NewExchangeName(),
            queue = await DeclareQueueAsync(channel);
        await channel.DeclareExchangeAsync(destination, "fanout", @internal: true);
        await channel.BindExchangeAsync(destination, source);
        await channel.BindQueueAsync(queue, destination);

        await channel.PublishAsync(source, "", "one");

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("one"));
    }

    [Test]
    public async Task A_circle_ends_and_gives_each_queue_one_copy()
    {
        var channel = await OpenChannelAsync();
        string one = await DeclareExchangeAsync(channel, "fanout"), other = await DeclareExchangeAsync(channel, "fanout");
        string queue = await DeclareQueueAsync(channel);
        await channel.BindExchangeAsync(other, one);
        await channel.BindExchangeAsync(one, other);
        await channel.BindQueueAsync(queue, one);
        await channel.BindQueueAsync(queue, other);

        await channel.PublishAsync(one, "", "one");

        Assert.That((await channel.GetAsync(queue)).Method.MessageCount, Is.Zero);
    }

    [Test]
    public async Task An_exchange_may_be_bound_to_itself()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "fanout"), queue = await DeclareQueueAsync(channel);
        await channel.BindExchangeAsync(exchange, exchange);
        await channel.BindQueueAsync(queue, exchange);

        await channel.PublishAsync(exchange, "", "one");

        Assert.That((await channel.GetAsync(queue)).Method.MessageCount, Is.Zero);
    }

    [Test]
    public async Task An_unbound_exchange_gets_nothing_more()
    {
        var channel = await OpenChannelAsync();
        string source = await DeclareExchangeAsync(channel, "fanout"), destination = await DeclareExchangeAsync(channel, "fanout");
        string queue = await DeclareQueueAsync(channel);
        await channel.BindExchangeAsync(destination, source, "k");
        await channel.BindQueueAsync(queue, destination);

        await channel.UnbindExchangeAsync(destination, source, "k");
        await channel.PublishAsync(source, "", "one");

        await channel.ExpectEmptyAsync(queue);
    }

    [Test]
    public async Task A_source_that_does_not_exist_is_not_found()
    {
        var channel = await OpenChannelAsync();
        string source = NewName("x");

        await channel.SendAsync(new ExchangeBind("amq.direct", source, "", false, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no exchange '{source}' in vhost '/'", ExchangeBind.Id);
    }

    [Test]
    public async Task A_destination_that_does_not_exist_is_not_found()
    {
        var channel = await OpenChannelAsync();
        string destination = NewName("x");

        await channel.SendAsync(new ExchangeBind(destination, "amq.direct", "", false, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no exchange '{destination}' in vhost '/'", ExchangeBind.Id);
    }

    [Test]
    public async Task When_both_are_missing_the_source_is_named()
    {
        var channel = await OpenChannelAsync();
        string source = NewName("x");

        await channel.SendAsync(new ExchangeBind(NewName("x"), source, "", false, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no exchange '{source}' in vhost '/'", ExchangeBind.Id);
    }

    [Test]
    public async Task Unbinding_what_is_not_bound_is_fine()
    {
        var channel = await OpenChannelAsync();

        await channel.UnbindExchangeAsync(NewName("x"), NewName("x"));
        await channel.UnbindExchangeAsync("amq.direct", "amq.topic", "never");
    }

    [Test]
    public async Task Without_wait_there_is_no_answer()
    {
        var channel = await OpenChannelAsync();
        string source = await DeclareExchangeAsync(channel, "fanout"), destination = await DeclareExchangeAsync(channel, "fanout");
        string queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, destination);

        await channel.SendAsync(new ExchangeBind(destination, source, "", NoWait: true, FieldTable.Empty));

        await channel.PublishAsync(source, "", "one");
        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("one"));

        await channel.SendAsync(new ExchangeUnbind(destination, source, "", NoWait: true, FieldTable.Empty));

        await channel.PublishAsync(source, "", "two");
        await channel.ExpectEmptyAsync(queue);
    }
}
