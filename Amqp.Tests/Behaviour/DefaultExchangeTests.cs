using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class DefaultExchangeTests : BehaviourTests
{
    private const string Refusal = "ACCESS_REFUSED - operation not permitted on the default exchange";

    [TestCase(false)]
    [TestCase(true)]
    public async Task It_cannot_be_declared_even_passively(bool passive) =>
        await AssertRefusedAsync(new ExchangeDeclare("", "direct", passive, true, false, false, false, FieldTable.Empty));

    [Test]
    public async Task It_cannot_be_deleted() => await AssertRefusedAsync(new ExchangeDelete("", false, false));

    [Test]
    public async Task It_cannot_be_the_source_of_another_exchange() =>
        await AssertRefusedAsync(new ExchangeBind("amq.direct", "", "", false, FieldTable.Empty));

    [Test]
    public async Task It_cannot_be_the_destination_of_another_exchange() =>
        await AssertRefusedAsync(new ExchangeBind("", "amq.direct", "", false, FieldTable.Empty));

    [Test]
    public async Task It_cannot_be_unbound_from_another_exchange() =>
        await AssertRefusedAsync(new ExchangeUnbind("", "amq.direct", "", false, FieldTable.Empty));

    [Test]
    public async Task No_queue_is_bound_to_it_by_another_key()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.SendAsync(new QueueBind(queue, "", "another", false, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.AccessRefused, Refusal, QueueBind.Id);
    }

    [Test]
    public async Task A_queue_that_does_not_exist_is_refused_in_the_same_words() =>
        await AssertRefusedAsync(new QueueBind(NewName("q"), "", "k", false, FieldTable.Empty));

    [Test]
    public async Task No_queue_is_unbound_from_it()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.SendAsync(new QueueUnbind(queue, "", queue, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.AccessRefused, Refusal, QueueUnbind.Id);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Binding_a_queue_to_it_as_it_is_bound_already_changes_nothing(bool byName)
    {
        await SkipOnRabbitMqAsync("RabbitMQ refuses such a bind. This broker accepts it, because programs do it and it has no effect.");
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.BindQueueAsync(queue, "", byName ? queue : "");

        await channel.PublishAsync("", queue, "one");
        Assert.That((await channel.GetAsync(queue)).Method.MessageCount, Is.Zero);
    }

    [Test]
    public async Task It_routes_to_the_queue_of_that_name()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.PublishAsync("", queue, "one");

        var got = await channel.GetAsync(queue);
        Assert.That((got.Method.Exchange, got.Method.RoutingKey, got.Text), Is.EqualTo(("", queue, "one")));
    }

    private async Task AssertRefusedAsync<TMethod>(TMethod method)
        where TMethod : struct, IMethod<TMethod>
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(method);

        await channel.ExpectCloseAsync(ReplyCode.AccessRefused, Refusal, TMethod.Id);
    }
}
