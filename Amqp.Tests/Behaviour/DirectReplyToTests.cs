using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>
/// Direct reply-to: clients get replies without a reply queue, by consuming from the pseudo-queue <c>amq.rabbitmq.reply-to</c>.
/// </summary>
public class DirectReplyToTests : BehaviourTests
{
    private const string PseudoQueue = "amq.rabbitmq.reply-to";

    [Test]
    public async Task A_request_bears_a_name_for_its_replies_and_everything_else_as_it_was()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.ConsumeAsync(PseudoQueue, noAck: true);
        var properties = new BasicProperties
        {
            ContentType = "text/plain",
            Headers = Table("k", FieldValue.FromInt32(1)),
            DeliveryMode = 2,
            CorrelationId = "17",
            ReplyTo = PseudoQueue,
            MessageId = "id",
            AppId = "app",
        };

        await channel.PublishAsync("", queue, "ask", properties);

        var request = (await channel.GetAsync(queue)).Content;
        Assert.That(request.Decoded.ReplyTo, Does.Match($"^{PseudoQueue}\\.[^ ]{{22,}}$"));
        Assert.That(request.Decoded with { ReplyTo = PseudoQueue }, Is.EqualTo(properties));
        Assert.That(request.Text, Is.EqualTo("ask"));
    }

    [Test]
    public async Task A_reply_from_another_connection_goes_straight_to_who_asked()
    {
        var requester = await OpenChannelAsync();
        string tag = await requester.ConsumeAsync(PseudoQueue, noAck: true), name = await NameOfAsync(requester);
        var replier = await OpenChannelAsync();

        await replier.PublishAsync("", name, "answer", new() { CorrelationId = "17", Headers = Table("k", FieldValue.FromInt32(1)) });

        var reply = await requester.ExpectDeliveryAsync();
        Assert.That(reply.Method with { DeliveryTag = 0 }, Is.EqualTo(new BasicDeliver(tag, 0, false, "", name)));
        Assert.That(reply.Text, Is.EqualTo("answer"));
        Assert.That(
            reply.Content.Decoded,
            Is.EqualTo(new BasicProperties { CorrelationId = "17", Headers = Table("k", FieldValue.FromInt32(1)) }));
    }

    [Test]
    public async Task Every_request_of_a_channel_may_be_answered_more_than_once_in_the_order_of_the_answers()
    {
        var requester = await OpenChannelAsync();
        await requester.ConsumeAsync(PseudoQueue, noAck: true);
        string first = await NameOfAsync(requester), second = await NameOfAsync(requester);
        var replier = await OpenChannelAsync();

        for (int answer = 0; answer < 100; answer++)
            await replier.PublishAsync("", answer % 2 == 0 ? first : second, $"{answer}");

        for (int answer = 0; answer < 100; answer++)
            Assert.That((await requester.ExpectDeliveryAsync()).Text, Is.EqualTo($"{answer}"));
    }

    [Test]
    public async Task A_reply_larger_than_a_frame_arrives_whole()
    {
        var requester = await OpenChannelAsync();
        await requester.ConsumeAsync(PseudoQueue, noAck: true);
        string name = await NameOfAsync(requester), body = new('x', 300_000);

        await (await OpenChannelAsync()).PublishAsync("", name, body);

        Assert.That((await requester.ExpectDeliveryAsync()).Text, Is.EqualTo(body));
    }

    [Test]
    public async Task Replies_are_counted_with_the_other_deliveries_of_the_channel()
    {
        await SkipOnRabbitMqAsync("RabbitMQ 3.10 gives a reply the same tag as the next delivery.");
        var requester = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(requester);
        await requester.ConsumeAsync(PseudoQueue, noAck: true);
        string name = await NameOfAsync(requester); // NameOfAsync receives a message, which takes delivery tag 1
        await requester.PublishAsync("", name);
        Assert.That((await requester.ExpectDeliveryAsync()).Method.DeliveryTag, Is.EqualTo(2));

        await requester.PublishAsync("", queue);

        Assert.That((await requester.GetAsync(queue)).Method.DeliveryTag, Is.EqualTo(3));
    }

    [Test]
    public async Task A_name_among_the_carbon_copies_is_replied_to_once()
    {
        var requester = await OpenChannelAsync();
        await requester.ConsumeAsync(PseudoQueue, noAck: true);
        string name = await NameOfAsync(requester);
        var copies = Table("CC", FieldValue.FromArray([FieldValue.FromString(name)]));

        await requester.PublishAsync("", name, "twice named", new() { Headers = copies });
        await requester.PublishAsync("", "nowhere", "copy", new() { Headers = copies });

        Assert.That((await requester.ExpectDeliveryAsync()).Text, Is.EqualTo("twice named"));
        Assert.That((await requester.ExpectDeliveryAsync()).Text, Is.EqualTo("copy"));
        await requester.ExpectQuietAsync();
    }

    [Test]
    public async Task A_reply_to_who_has_gone_is_confirmed_and_dropped()
    {
        var requester = await OpenChannelAsync();
        string tag = await requester.ConsumeAsync(PseudoQueue, noAck: true), name = await NameOfAsync(requester);
        await requester.CallAsync<BasicCancel, BasicCancelOk>(new BasicCancel(tag, false));
        var replier = await OpenChannelAsync();
        await replier.SelectConfirmsAsync();

        await replier.PublishAsync("", name, "late");

        await replier.ExpectAsync<BasicAck>();
        await requester.ExpectQuietAsync();
    }

    [Test]
    public async Task A_mandatory_reply_to_who_has_gone_comes_back_even_where_the_way_was_known()
    {
        var requester = await OpenChannelAsync();
        await requester.ConsumeAsync(PseudoQueue, noAck: true);
        string name = await NameOfAsync(requester);
        var replier = await OpenChannelAsync();
        await replier.PublishAsync("", name, "in time");
        await requester.ExpectDeliveryAsync();
        await requester.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "bye", 0, 0));

        await replier.PublishAsync("", name, "late", mandatory: true);

        var returned = await replier.ExpectMessageAsync<BasicReturn>();
        Assert.That(returned.Method, Is.EqualTo(new BasicReturn(312, "NO_ROUTE", "", name)));
        Assert.That(returned.Text, Is.EqualTo("late"));
    }

    [Test]
    public async Task A_mandatory_reply_that_arrives_does_not_come_back()
    {
        await SkipOnRabbitMqAsync("RabbitMQ delivers such a reply and also returns it.");
        var requester = await OpenChannelAsync();
        await requester.ConsumeAsync(PseudoQueue, noAck: true);
        string name = await NameOfAsync(requester);
        var replier = await OpenChannelAsync();

        await replier.PublishAsync("", name, "in time", mandatory: true);

        await requester.ExpectDeliveryAsync();
        await replier.ExpectQuietAsync();
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_reply_in_a_transaction_waits_for_the_commit(bool declares)
    {
        await SkipOnRabbitMqAsync("RabbitMQ sends replies when they are published.");
        var requester = await OpenChannelAsync();
        await requester.ConsumeAsync(PseudoQueue, noAck: true);
        string name = await NameOfAsync(requester);
        var replier = await OpenChannelAsync();
        await replier.CallAsync<TxSelect, TxSelectOk>(new TxSelect());
        await replier.PublishAsync("", name, "answer");
        await replier.ExpectQuietAsync();
        await requester.ExpectQuietAsync();
        if (declares)
            await DeclareQueueAsync(replier); // the declaration of a queue invalidates cached routes

        await replier.CallAsync<TxCommit, TxCommitOk>(new TxCommit());

        Assert.That((await requester.ExpectDeliveryAsync()).Text, Is.EqualTo("answer"));
    }

    [Test]
    public async Task A_new_consumer_has_a_new_name()
    {
        var channel = await OpenChannelAsync();
        string tag = await channel.ConsumeAsync(PseudoQueue, noAck: true), name = await NameOfAsync(channel);
        await channel.CallAsync<BasicCancel, BasicCancelOk>(new BasicCancel(tag, false));

        await channel.ConsumeAsync(PseudoQueue, tag, noAck: true);

        Assert.That(await NameOfAsync(channel), Is.Not.EqualTo(name));
    }

    [Test]
    public async Task Who_takes_replies_cannot_acknowledge()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new BasicConsume(PseudoQueue, "", false, NoAck: false, false, false, FieldTable.Empty));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed, "PRECONDITION_FAILED - reply consumer cannot acknowledge", BasicConsume.Id);
    }

    [Test]
    public async Task A_channel_takes_replies_once()
    {
        var channel = await OpenChannelAsync();
        await channel.ConsumeAsync(PseudoQueue, noAck: true);

        await channel.SendAsync(new BasicConsume(PseudoQueue, "", false, NoAck: true, false, false, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.PreconditionFailed, "PRECONDITION_FAILED - reply consumer already set", BasicConsume.Id);
    }

    [Test]
    public async Task That_it_cannot_acknowledge_is_said_before_that_it_takes_them_already()
    {
        var channel = await OpenChannelAsync();
        await channel.ConsumeAsync(PseudoQueue, noAck: true);

        await channel.SendAsync(new BasicConsume(PseudoQueue, "", false, NoAck: false, false, false, FieldTable.Empty));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed, "PRECONDITION_FAILED - reply consumer cannot acknowledge", BasicConsume.Id);
    }

    [Test]
    public async Task A_tag_in_use_closes_the_connection()
    {
        var channel = await OpenChannelAsync();
        await channel.ConsumeAsync(await DeclareQueueAsync(channel), "tag");

        await channel.SendAsync(new BasicConsume(PseudoQueue, "tag", false, NoAck: true, false, false, FieldTable.Empty));

        await channel.Client.ExpectCloseAsync(ReplyCode.NotAllowed, "NOT_ALLOWED - attempt to reuse consumer tag 'tag'", BasicConsume.Id);
    }

    [Test]
    public async Task Without_wait_there_is_no_answer()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.SendAsync(new BasicConsume(PseudoQueue, "", false, NoAck: true, false, NoWait: true, FieldTable.Empty));

        await channel.PublishAsync("", queue, "ask", new() { ReplyTo = PseudoQueue });
        Assert.That((await channel.GetAsync(queue)).Content.Decoded.ReplyTo, Does.StartWith($"{PseudoQueue}."));
    }

    [Test]
    public async Task A_request_of_a_channel_that_takes_no_replies_is_refused()
    {
        var channel = await OpenChannelAsync();
        await (await channel.Client.OpenChannelAsync(2)).ConsumeAsync(PseudoQueue, noAck: true);

        await channel.PublishAsync("", "nowhere", "ask", new() { ReplyTo = PseudoQueue });

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed, "PRECONDITION_FAILED - fast reply consumer does not exist", BasicPublish.Id);
    }

    [Test]
    public async Task An_exchange_that_does_not_exist_is_said_first()
    {
        var channel = await OpenChannelAsync();

        await channel.PublishAsync("nope", "k", "ask", new() { ReplyTo = PseudoQueue });

        await channel.ExpectCloseAsync(ReplyCode.NotFound, "NOT_FOUND - no exchange 'nope' in vhost '/'", BasicPublish.Id);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task The_pseudo_queue_can_always_be_declared(bool passive)
    {
        var channel = await OpenChannelAsync();

        var declared = await channel.CallAsync<QueueDeclare, QueueDeclareOk>(
            new QueueDeclare(PseudoQueue, passive, Durable: true, Exclusive: true, AutoDelete: false, NoWait: false, FieldTable.Empty));

        Assert.That(declared, Is.EqualTo(new QueueDeclareOk(PseudoQueue, 0, 1)));
        await channel.SendAsync(
            new QueueDeclare(PseudoQueue, passive, Durable: true, Exclusive: true, AutoDelete: false, NoWait: true, FieldTable.Empty));
        await channel.ExpectQuietAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task The_name_of_a_requester_can_be_declared_from_anywhere_while_it_waits(bool passive)
    {
        var requester = await OpenChannelAsync();
        await requester.ConsumeAsync(PseudoQueue, noAck: true);
        string name = await NameOfAsync(requester);
        var declare = new QueueDeclare(name, passive, false, false, false, false, FieldTable.Empty);
        var replier = await OpenChannelAsync();
        Assert.That(await replier.CallAsync<QueueDeclare, QueueDeclareOk>(declare), Is.EqualTo(new QueueDeclareOk(name, 0, 1)));

        await requester.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "bye", 0, 0));

        await replier.SendAsync(declare);
        await replier.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no queue '{name}' in vhost '/'", QueueDeclare.Id);
    }

    [TestCase(PseudoQueue + ".bogus")]
    [TestCase(PseudoQueue + "x")]
    public async Task Names_that_were_never_given_are_not_found(string name)
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new QueueDeclare(name, false, false, false, false, false, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no queue '{name}' in vhost '/'", QueueDeclare.Id);
    }

    [Test]
    public async Task An_empty_name_stands_for_the_pseudo_queue_once_it_was_declared()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.CallAsync<QueueDeclare, QueueDeclareOk>(
            new QueueDeclare(PseudoQueue, true, false, false, false, false, FieldTable.Empty));

        await channel.ConsumeAsync("", noAck: true);

        await channel.PublishAsync("", queue, "ask", new() { ReplyTo = PseudoQueue });
        Assert.That((await channel.GetAsync(queue)).Content.Decoded.ReplyTo, Does.StartWith($"{PseudoQueue}."));
    }

    [Test]
    public async Task It_is_no_queue_for_binding()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new QueueBind(PseudoQueue, "amq.direct", "k", false, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no queue '{PseudoQueue}' in vhost '/'", QueueBind.Id);
    }

    [Test]
    public async Task It_is_no_queue_for_getting()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new BasicGet(PseudoQueue, true));

        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no queue '{PseudoQueue}' in vhost '/'", BasicGet.Id);
    }

    /// <summary>Returns the name that the broker writes into the reply-to property of a request from this channel.</summary>
    private static async Task<string> NameOfAsync(RawChannel requester)
    {
        string queue = await DeclareQueueAsync(requester);
        await requester.PublishAsync("", queue, "ask", new() { ReplyTo = PseudoQueue });
        return (await requester.GetAsync(queue)).Content.Decoded.ReplyTo!;
    }
}
