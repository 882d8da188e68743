using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class BindingTests : BehaviourTests
{
    [Test]
    public async Task Binding_a_queue_to_an_exchange_that_does_not_exist_is_not_found()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel), exchange = NewName("x");

        await channel.SendAsync(new QueueBind(queue, exchange, "", false, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no exchange '{exchange}' in vhost '/'", QueueBind.Id);
    }

    [Test]
    public async Task Binding_a_queue_that_does_not_exist_is_not_found()
    {
        var channel = await OpenChannelAsync();
        string queue = NewName("q");

        await channel.SendAsync(new QueueBind(queue, "amq.direct", "", false, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no queue '{queue}' in vhost '/'", QueueBind.Id);
    }

    [Test]
    public async Task When_both_are_missing_the_exchange_is_named()
    {
        var channel = await OpenChannelAsync();
        string exchange = NewName("x");

        await channel.SendAsync(new QueueBind(NewName("q"), exchange, "", false, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no exchange '{exchange}' in vhost '/'", QueueBind.Id);
    }

    [Test]
    public async Task Unbinding_what_is_not_bound_is_fine()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.UnbindQueueAsync(queue, "amq.direct", "never");
        await channel.UnbindQueueAsync(queue, NewName("x"), "");
        await channel.UnbindQueueAsync(NewName("q"), "amq.direct", "");
    }

    [Test]
    public async Task Binding_twice_is_binding_once()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel), exchange = await DeclareExchangeAsync(channel, "direct");
        await channel.BindQueueAsync(queue, exchange, "k");
        await channel.BindQueueAsync(queue, exchange, "k");

        await channel.PublishAsync(exchange, "k", "one");
        await channel.GetAsync(queue);
        await channel.ExpectEmptyAsync(queue);
        await channel.UnbindQueueAsync(queue, exchange, "k");

        await channel.PublishAsync(exchange, "k", "two");
        await channel.ExpectEmptyAsync(queue);
    }

    [Test]
    public async Task Bindings_that_differ_in_their_arguments_are_two()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel), exchange = await DeclareExchangeAsync(channel, "direct");
        var arguments = Table("a", FieldValue.FromInt32(1));
        await channel.BindQueueAsync(queue, exchange, "k");
        await channel.BindQueueAsync(queue, exchange, "k", arguments);

        await channel.UnbindQueueAsync(queue, exchange, "k");
        await channel.PublishAsync(exchange, "k", "one");
        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("one"));
        await channel.UnbindQueueAsync(queue, exchange, "k", arguments);

        await channel.PublishAsync(exchange, "k", "two");
        await channel.ExpectEmptyAsync(queue);
    }

    [Test]
    public async Task Without_wait_there_is_no_answer()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel), exchange = await DeclareExchangeAsync(channel, "direct");

        await channel.SendAsync(new QueueBind(queue, exchange, "k", NoWait: true, FieldTable.Empty));

        await channel.PublishAsync(exchange, "k", "one");
        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("one"));
    }

    [Test]
    public async Task The_bindings_of_a_deleted_queue_do_not_come_back_with_its_name()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel), exchange = await DeclareExchangeAsync(channel, "fanout");
        await channel.BindQueueAsync(queue, exchange);

        await channel.DeleteQueueAsync(queue);
        await channel.DeclareExclusiveQueueAsync(queue);
        await channel.PublishAsync(exchange, "", "one");

        await channel.ExpectEmptyAsync(queue);
    }

    [Test]
    public async Task A_headers_exchange_knows_four_ways_to_match()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.SendAsync(new QueueBind(queue, "amq.headers", "", false, Table("x-match", FieldValue.FromString("zz"))));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            "PRECONDITION_FAILED - Invalid x-match field value <<\"zz\">>; expected all, any, all-with-x, or any-with-x",
            QueueBind.Id);
    }

    [Test]
    public async Task A_headers_exchange_wants_the_way_to_match_as_text()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.SendAsync(new QueueBind(queue, "amq.headers", "", false, Table("x-match", FieldValue.FromInt32(1))));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            "PRECONDITION_FAILED - Invalid x-match field type signedint (value 1); expected longstr",
            QueueBind.Id);
    }

    [Test]
    public async Task Other_exchanges_do_not_look_at_x_match()
    {
        var channel = await OpenChannelAsync();

        await channel.BindQueueAsync(await DeclareQueueAsync(channel), "amq.fanout", "", Table("x-match", FieldValue.FromString("zz")));
    }
}
