using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class AlternateExchangeTests : BehaviourTests
{
    [Test]
    public async Task What_an_exchange_cannot_route_goes_to_its_alternate()
    {
        var channel = await OpenChannelAsync();
        string alternate = await DeclareExchangeAsync(channel, "fanout"), queue = await DeclareQueueAsync(channel);
        string exchange = await DeclareWithAlternateAsync(channel, alternate);
        await channel.BindQueueAsync(queue, alternate);

        await channel.PublishAsync(exchange, "k", "one", mandatory: true);

        var got = await channel.GetAsync(queue);
        Assert.That((got.Method.Exchange, got.Method.RoutingKey), Is.EqualTo((exchange, "k")));
    }

    [Test]
    public async Task What_an_exchange_can_route_does_not()
    {
        var channel = await OpenChannelAsync();
        string alternate = await DeclareExchangeAsync(channel, "fanout"), exchange = await DeclareWithAlternateAsync(channel, alternate);
        string routed = await DeclareQueueAsync(channel), unrouted = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(unrouted, alternate);
        await channel.BindQueueAsync(routed, exchange, "k");

        await channel.PublishAsync(exchange, "k", "one");

        await channel.GetAsync(routed);
        await channel.ExpectEmptyAsync(unrouted);
    }

    [Test]
    public async Task Bindings_that_are_for_other_messages_do_not_keep_one_from_the_alternate()
    {
        var channel = await OpenChannelAsync();
        string alternate = await DeclareExchangeAsync(channel, "fanout"), exchange = await DeclareWithAlternateAsync(channel, alternate);
        string routed = await DeclareQueueAsync(channel), unrouted = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(unrouted, alternate);
        await channel.BindQueueAsync(routed, exchange, "k");

        await channel.PublishAsync(exchange, "another", "one");

        Assert.That((await channel.GetAsync(unrouted)).Text, Is.EqualTo("one"));
        await channel.ExpectEmptyAsync(routed);
    }

    [Test]
    public async Task What_a_bound_exchange_cannot_route_goes_to_that_exchanges_alternate_alone()
    {
        var channel = await OpenChannelAsync();
        string ofInner = await DeclareExchangeAsync(channel, "fanout"), ofOuter = await DeclareExchangeAsync(channel, "fanout");
        string inner = await DeclareWithAlternateAsync(channel, ofInner), outer = await DeclareWithAlternateAsync(channel, ofOuter);
        string expected = await DeclareQueueAsync(channel), other = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(expected, ofInner);
        await channel.BindQueueAsync(other, ofOuter);
        await channel.BindExchangeAsync(inner, outer, "k");

        await channel.PublishAsync(outer, "k", "one");

        Assert.That((await channel.GetAsync(expected)).Text, Is.EqualTo("one"));
        await channel.ExpectEmptyAsync(other);
    }

    [Test]
    public async Task A_bound_exchange_that_leads_nowhere_counts_as_a_way()
    {
        var channel = await OpenChannelAsync();
        string alternate = await DeclareExchangeAsync(channel, "fanout"), nowhere = await DeclareExchangeAsync(channel, "fanout");
        string exchange = await DeclareWithAlternateAsync(channel, alternate), queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, alternate);
        await channel.BindExchangeAsync(nowhere, exchange, "k");

        await channel.PublishAsync(exchange, "k", "one", mandatory: true);

        await channel.ExpectMessageAsync<BasicReturn>();
        await channel.ExpectEmptyAsync(queue);
    }

    [Test]
    public async Task Alternates_of_alternates_are_asked_in_turn()
    {
        var channel = await OpenChannelAsync();
        string last = await DeclareExchangeAsync(channel, "fanout"), queue = await DeclareQueueAsync(channel);
        string middle = await DeclareWithAlternateAsync(channel, last), first = await DeclareWithAlternateAsync(channel, middle);
        await channel.BindQueueAsync(queue, last);

        await channel.PublishAsync(first, "k", "one");

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("one"));
    }

    [Test]
    public async Task Alternates_in_a_circle_end_in_a_return()
    {
        var channel = await OpenChannelAsync();
        string one = NewExchangeName();
        string other = await DeclareWithAlternateAsync(channel, one);
        await channel.DeclareExchangeAsync(one, "direct", arguments: Table("alternate-exchange", FieldValue.FromString(other)));

        await channel.PublishAsync(one, "k", "one", mandatory: true);

        Assert.That((await channel.ExpectMessageAsync<BasicReturn>()).Method, Is.EqualTo(new BasicReturn(312, "NO_ROUTE", one, "k")));
    }

    [Test]
    public async Task An_alternate_that_does_not_exist_routes_nothing()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareWithAlternateAsync(channel, NewName("x"));

        await channel.PublishAsync(exchange, "k", "one", mandatory: true);

        Assert.That((await channel.ExpectMessageAsync<BasicReturn>()).Method.Exchange, Is.EqualTo(exchange));
    }

    [Test]
    public async Task The_default_exchange_routes_nothing_as_an_alternate()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareWithAlternateAsync(channel, ""), queue = await DeclareQueueAsync(channel);

        await channel.PublishAsync(exchange, queue, "one", mandatory: true);

        await channel.ExpectMessageAsync<BasicReturn>();
        await channel.ExpectEmptyAsync(queue);
    }

    private Task<string> DeclareWithAlternateAsync(RawChannel channel, string alternate) =>
        DeclareExchangeAsync(channel, "direct", Table("alternate-exchange", FieldValue.FromString(alternate)));
}
