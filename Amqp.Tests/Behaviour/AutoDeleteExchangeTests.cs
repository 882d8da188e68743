using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class AutoDeleteExchangeTests : BehaviourTests
{
    [Test]
    public async Task It_stays_until_it_has_had_a_binding()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareAutoDeleteAsync(channel);

        await channel.LookUpExchangeAsync(exchange);
    }

    [Test]
    public async Task It_goes_with_its_last_binding()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareAutoDeleteAsync(channel), queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, exchange, "a");
        await channel.BindQueueAsync(queue, exchange, "b");

        await channel.UnbindQueueAsync(queue, exchange, "a");
        await channel.LookUpExchangeAsync(exchange);
        await channel.UnbindQueueAsync(queue, exchange, "b");

        await ExpectGoneAsync(channel, exchange);
    }

    [Test]
    public async Task It_goes_with_the_last_queue_that_was_bound()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareAutoDeleteAsync(channel), queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, exchange, "a");

        await channel.DeleteQueueAsync(queue);

        await ExpectGoneAsync(channel, exchange);
    }

    [Test]
    public async Task It_goes_with_the_last_exchange_that_was_bound()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareAutoDeleteAsync(channel), destination = await DeclareExchangeAsync(channel, "direct");
        await channel.BindExchangeAsync(destination, exchange, "a");

        await channel.DeleteExchangeAsync(destination);

        await ExpectGoneAsync(channel, exchange);
    }

    [Test]
    public async Task Chains_of_them_go_together()
    {
        var channel = await OpenChannelAsync();
        string first = await DeclareAutoDeleteAsync(channel),
            second = await DeclareAutoDeleteAsync(channel),
            queue = await DeclareQueueAsync(channel);
        await channel.BindExchangeAsync(second, first);
        await channel.BindQueueAsync(queue, second);

        await channel.UnbindQueueAsync(queue, second);

        await ExpectGoneAsync(channel, first);
    }

    [Test]
    public async Task Bindings_in_which_it_is_the_destination_do_not_count()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareAutoDeleteAsync(channel), source = await DeclareExchangeAsync(channel, "direct");
        await channel.BindExchangeAsync(exchange, source);

        await channel.UnbindExchangeAsync(exchange, source);

        await channel.LookUpExchangeAsync(exchange);
    }

    private async Task<string> DeclareAutoDeleteAsync(RawChannel channel)
    {
        string exchange = NewExchangeName();
        await channel.DeclareExchangeAsync(exchange, "direct", autoDelete: true);
        return exchange;
    }

    private static async Task ExpectGoneAsync(RawChannel channel, string exchange)
    {
        await channel.SendAsync(new ExchangeDeclare(exchange, "direct", Passive: true, false, false, false, false, FieldTable.Empty));
        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no exchange '{exchange}' in vhost '/'", ExchangeDeclare.Id);
    }
}
