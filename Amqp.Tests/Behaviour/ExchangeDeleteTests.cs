using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class ExchangeDeleteTests : BehaviourTests
{
    [Test]
    public async Task A_deleted_exchange_is_gone()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "direct");

        await channel.DeleteExchangeAsync(exchange);

        await ExpectGoneAsync(channel, exchange);
    }

    [Test]
    public async Task Deleting_what_is_not_there_is_fine()
    {
        var channel = await OpenChannelAsync();

        await channel.DeleteExchangeAsync(NewName("x"));
    }

    [TestCase("amq.direct")]
    [TestCase("amq.nope")]
    public async Task System_exchanges_stay(string exchange)
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new ExchangeDelete(exchange, false, false));

        await channel.ExpectCloseAsync(
            ReplyCode.AccessRefused,
            $"ACCESS_REFUSED - deletion of system exchange '{exchange}' in vhost '/' not allowed",
            ExchangeDelete.Id);
    }

    [Test]
    public async Task If_unused_refuses_while_a_queue_is_bound()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "direct");
        await channel.BindQueueAsync(await DeclareQueueAsync(channel), exchange, "k");

        await channel.SendAsync(new ExchangeDelete(exchange, IfUnused: true, false));

        await ExpectInUseAsync(channel, exchange);
    }

    [Test]
    public async Task If_unused_refuses_while_an_exchange_is_bound()
    {
        var channel = await OpenChannelAsync();
        string source = await DeclareExchangeAsync(channel, "direct");
        await channel.BindExchangeAsync(await DeclareExchangeAsync(channel, "direct"), source);

        await channel.SendAsync(new ExchangeDelete(source, IfUnused: true, false));

        await ExpectInUseAsync(channel, source);
    }

    [Test]
    public async Task Being_a_destination_is_no_use()
    {
        var channel = await OpenChannelAsync();
        string destination = await DeclareExchangeAsync(channel, "direct");
        await channel.BindExchangeAsync(destination, await DeclareExchangeAsync(channel, "direct"));

        await channel.DeleteExchangeAsync(destination, ifUnused: true);
    }

    [Test]
    public async Task Its_bindings_go_with_it()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        string exchange = await DeclareExchangeAsync(channel, "fanout");
        await channel.BindQueueAsync(queue, exchange);

        await channel.DeleteExchangeAsync(exchange);
        await channel.DeclareExchangeAsync(exchange, "fanout");
        await channel.PublishAsync(exchange, "");

        await channel.ExpectEmptyAsync(queue);
    }

    [Test]
    public async Task Without_wait_there_is_no_answer()
    {
        var channel = await OpenChannelAsync();
        string exchange = await DeclareExchangeAsync(channel, "direct");

        await channel.SendAsync(new ExchangeDelete(exchange, false, NoWait: true));

        await ExpectGoneAsync(channel, exchange);
    }

    private static Task ExpectInUseAsync(RawChannel channel, string exchange) => channel.ExpectCloseAsync(
        ReplyCode.PreconditionFailed, $"PRECONDITION_FAILED - exchange '{exchange}' in vhost '/' in use", ExchangeDelete.Id);

    private static async Task ExpectGoneAsync(RawChannel channel, string exchange)
    {
        await channel.SendAsync(new ExchangeDeclare(exchange, "direct", Passive: true, false, false, false, false, FieldTable.Empty));
        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no exchange '{exchange}' in vhost '/'", ExchangeDeclare.Id);
    }
}
