using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class QueueDeclareTests : BehaviourTests
{
    [TestCase(false, false)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    [TestCase(true, true)]
    public async Task A_queue_may_be_declared_twice(bool durable, bool autoDelete)
    {
        var channel = await OpenChannelAsync();
        string queue = NewQueueName();
        await channel.DeclareQueueAsync(queue, durable, autoDelete: autoDelete);

        Assert.That(await channel.DeclareQueueAsync(queue, durable, autoDelete: autoDelete), Is.EqualTo(new QueueDeclareOk(queue, 0, 0)));
    }

    [TestCase("durable", false)]
    [TestCase("durable", true)]
    [TestCase("auto_delete", false)]
    [TestCase("auto_delete", true)]
    public async Task A_redeclaration_with_another_flag_is_refused(string flag, bool current)
    {
        var channel = await OpenChannelAsync();
        string queue = NewQueueName();
        await channel.DeclareQueueAsync(queue, durable: flag == "durable" && current, autoDelete: flag == "auto_delete" && current);

        await channel.SendAsync(new QueueDeclare(
            queue, false, Durable: flag == "durable" && !current, false, AutoDelete: flag == "auto_delete" && !current, false,
            FieldTable.Empty));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            $"PRECONDITION_FAILED - inequivalent arg '{flag}' for queue '{queue}' in vhost '/': "
                + $"received '{Word(!current)}' but current is '{Word(current)}'",
            QueueDeclare.Id);
    }

    [Test]
    public async Task Declare_ok_counts_ready_messages_and_consumers()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        for (int message = 0; message < 3; message++)
            await channel.PublishAsync("", queue);
        await channel.GetAsync(queue, noAck: false);

        Assert.That(await channel.LookUpQueueAsync(queue), Is.EqualTo(new QueueDeclareOk(queue, 2, 0)));

        await channel.QosAsync(1);
        await channel.ConsumeAsync(queue);
        await channel.ExpectDeliveryAsync();

        Assert.That(await channel.LookUpQueueAsync(queue), Is.EqualTo(new QueueDeclareOk(queue, 1, 1)));
    }

    [Test]
    public async Task Counts_are_exact_right_after_an_acknowledgement()
    {
        await SkipOnRabbitMqAsync("RabbitMQ's queues answer a passive declare before older requests.");
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", queue);
        var got = await channel.GetAsync(queue, noAck: false);

        await channel.SendAsync(new BasicReject(got.Method.DeliveryTag, Requeue: true));

        Assert.That((await channel.LookUpQueueAsync(queue)).MessageCount, Is.EqualTo(1));
    }

    [Test]
    public async Task A_passive_declaration_looks_at_nothing_but_the_name()
    {
        var channel = await OpenChannelAsync();
        string queue = NewQueueName();
        await channel.DeclareQueueAsync(queue);

        await channel.CallAsync<QueueDeclare, QueueDeclareOk>(
            new QueueDeclare(queue, Passive: true, true, true, true, false, Table("x-message-ttl", FieldValue.FromString("no number"))));
    }

    [TestCase("")]
    [TestCase("nope")]
    [TestCase("amq.nope")]
    public async Task A_passive_declaration_of_what_is_not_there_is_not_found(string queue)
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new QueueDeclare(queue, Passive: true, false, false, false, false, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.NotFound, $"NOT_FOUND - no queue '{queue}' in vhost '/'", QueueDeclare.Id);
    }

    [Test]
    public async Task A_passive_declaration_without_a_name_does_not_mean_the_queue_declared_last()
    {
        var channel = await OpenChannelAsync();
        await DeclareQueueAsync(channel);

        await channel.SendAsync(new QueueDeclare("", Passive: true, false, false, false, false, FieldTable.Empty));

        await channel.ExpectCloseAsync(ReplyCode.NotFound, "NOT_FOUND - no queue '' in vhost '/'", QueueDeclare.Id);
    }

    [TestCase("amq.mine")]
    [TestCase("amq.gen-mine")]
    public async Task Names_that_begin_with_amq_are_reserved(string queue)
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new QueueDeclare(queue, false, false, false, false, false, FieldTable.Empty));

        await channel.ExpectCloseAsync(
            ReplyCode.AccessRefused, $"ACCESS_REFUSED - queue name '{queue}' contains reserved prefix 'amq.*'", QueueDeclare.Id);
    }

    [Test]
    public async Task A_transient_queue_may_be_shared()
    {
        var channel = await OpenChannelAsync();
        string queue = NewQueueName();

        await channel.DeclareQueueAsync(queue, durable: false, exclusive: false);

        Assert.That((await (await OpenChannelAsync()).LookUpQueueAsync(queue)).Queue, Is.EqualTo(queue));
    }

    [Test]
    public async Task A_queue_without_a_name_gets_one_of_its_own()
    {
        var channel = await OpenChannelAsync();

        string first = (await channel.DeclareExclusiveQueueAsync("")).Queue, second = (await channel.DeclareExclusiveQueueAsync("")).Queue;

        Assert.That(new[] { first, second }, Has.All.Match("^amq\\.gen-[A-Za-z0-9_-]{22}$"));
        Assert.That(first, Is.Not.EqualTo(second));
    }

    [Test]
    public async Task A_name_that_the_broker_gave_may_be_looked_up_and_not_declared_again()
    {
        var channel = await OpenChannelAsync();
        string queue = (await channel.DeclareExclusiveQueueAsync("")).Queue;
        await channel.LookUpQueueAsync(queue);

        await channel.SendAsync(new QueueDeclare(queue, false, false, Exclusive: true, false, false, FieldTable.Empty));

        await channel.ExpectCloseAsync(
            ReplyCode.AccessRefused, $"ACCESS_REFUSED - queue name '{queue}' contains reserved prefix 'amq.*'", QueueDeclare.Id);
    }

    [Test]
    public async Task Without_wait_there_is_no_answer()
    {
        var channel = await OpenChannelAsync();
        string queue = NewName("q");

        await channel.SendAsync(new QueueDeclare(queue, false, false, Exclusive: true, false, NoWait: true, FieldTable.Empty));

        await channel.LookUpQueueAsync(queue);
    }

    [TestCase("ü-日本-🐇")]
    [TestCase(" a b ")]
    [TestCase("a/b?c=%2F")]
    public async Task Names_may_be_any_text(string text)
    {
        var channel = await OpenChannelAsync();
        string queue = NewName("q") + text;
        await channel.DeclareExclusiveQueueAsync(queue);

        await channel.PublishAsync("", queue, "one");

        Assert.That((await channel.GetAsync(queue)).Method.RoutingKey, Is.EqualTo(queue));
    }

    [Test]
    public async Task Names_may_take_255_bytes()
    {
        var channel = await OpenChannelAsync();
        string queue = NewName("q").PadRight(255, 'x');

        Assert.That((await channel.DeclareExclusiveQueueAsync(queue)).Queue, Is.EqualTo(queue));
    }

    [Test]
    public async Task Line_ends_are_taken_out_of_names()
    {
        var channel = await OpenChannelAsync();
        string queue = NewName("q");

        await channel.DeclareExclusiveQueueAsync($"{queue[..5]}\r\n{queue[5..]}");

        await channel.LookUpQueueAsync(queue);
    }

    private static string Word(bool value) => value ? "true" : "false";
}
