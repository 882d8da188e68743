using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>A queue delivers each message to the right consumer.</summary>
public class DispatchTests : BehaviourTests
{
    [Test]
    public async Task Consumers_take_turns()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        foreach (string tag in (string[])["a", "b", "c"])
            await channel.ConsumeAsync(queue, tag, noAck: true);

        for (int message = 0; message < 6; message++)
            await channel.PublishAsync("", queue, $"{message}");

        Assert.That(await TakeAsync(channel, 6), Is.EqualTo(new[] { "a0", "b1", "c2", "a3", "b4", "c5" }));
    }

    [Test]
    public async Task Who_has_no_room_is_passed_over()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.QosAsync(1);
        await channel.ConsumeAsync(queue, "a");
        await channel.QosAsync(3);
        await channel.ConsumeAsync(queue, "b");

        for (int message = 0; message < 4; message++)
            await channel.PublishAsync("", queue, $"{message}");

        Assert.That(await TakeAsync(channel, 4), Is.EqualTo(new[] { "a0", "b1", "b2", "b3" }));
    }

    [Test]
    public async Task The_highest_priority_comes_first()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.ConsumeAsync(queue, "low", true, arguments: Priority(-1));
        await channel.ConsumeAsync(queue, "default", true);
        await channel.ConsumeAsync(queue, "high", true, arguments: Priority(5));

        for (int message = 0; message < 3; message++)
            await channel.PublishAsync("", queue, $"{message}");

        Assert.That(await TakeAsync(channel, 3), Is.EqualTo(new[] { "high0", "high1", "high2" }));
    }

    [Test]
    public async Task Lower_priorities_get_what_the_higher_have_no_room_for()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.QosAsync(1);
        await channel.ConsumeAsync(queue, "low", arguments: Priority(-1));
        await channel.ConsumeAsync(queue, "high", arguments: Priority(5));
        await channel.ConsumeAsync(queue, "default");

        for (int message = 0; message < 3; message++)
            await channel.PublishAsync("", queue, $"{message}");

        Assert.That(await TakeAsync(channel, 3), Is.EqualTo(new[] { "high0", "default1", "low2" }));
    }

    [Test]
    public async Task Consumers_of_one_priority_take_turns()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.ConsumeAsync(queue, "a", true, arguments: Priority(5));
        await channel.ConsumeAsync(queue, "low", true);
        await channel.ConsumeAsync(queue, "b", true, arguments: Priority(5));

        for (int message = 0; message < 4; message++)
            await channel.PublishAsync("", queue, $"{message}");

        Assert.That(await TakeAsync(channel, 4), Is.EqualTo(new[] { "a0", "b1", "a2", "b3" }));
    }

    [TestCase(1L << 32, 5)]
    [TestCase(long.MaxValue, 5)]
    [TestCase(-5, -(1L << 32))]
    [TestCase(0, long.MinValue)]
    public async Task A_priority_may_be_any_integer(long higher, long lower)
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.ConsumeAsync(queue, "low", true, arguments: Table("x-priority", FieldValue.FromInt64(lower)));
        await channel.ConsumeAsync(queue, "high", true, arguments: Table("x-priority", FieldValue.FromInt64(higher)));

        for (int message = 0; message < 2; message++)
            await channel.PublishAsync("", queue, $"{message}");

        Assert.That(await TakeAsync(channel, 2), Is.EqualTo(new[] { "high0", "high1" }));
    }

    private static IEnumerable<TestCaseData> NoPriorities =>
    [
        new TestCaseData(FieldValue.FromString("1"), "longstr").SetArgDisplayNames("text"),
        new TestCaseData(FieldValue.FromBoolean(true), "bool").SetArgDisplayNames("yes"),
        new TestCaseData(FieldValue.FromDouble(1), "double").SetArgDisplayNames("double"),
    ];

    [TestCaseSource(nameof(NoPriorities))]
    public async Task A_priority_is_an_integer(FieldValue priority, string type)
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel);

        await channel.SendAsync(new BasicConsume(queue, "a", false, false, false, false, Table("x-priority", priority)));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            $"PRECONDITION_FAILED - invalid arg 'x-priority' for queue '{queue}' in vhost '/': \"expected integer, got {type}\"",
            BasicConsume.Id);
    }

    [Test]
    public async Task A_single_active_consumer_gets_everything_until_it_goes()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel, Table("x-single-active-consumer", FieldValue.FromBoolean(true)));
        await channel.ConsumeAsync(queue, "a", noAck: true);
        await channel.ConsumeAsync(queue, "b", noAck: true);
        await channel.ConsumeAsync(queue, "c", noAck: true);
        await channel.PublishAsync("", queue, "0");
        await channel.PublishAsync("", queue, "1");
        Assert.That(await TakeAsync(channel, 2), Is.EqualTo(new[] { "a0", "a1" }));

        await channel.CallAsync<BasicCancel, BasicCancelOk>(new BasicCancel("a", false));
        await channel.PublishAsync("", queue, "2");

        Assert.That(await TakeAsync(channel, 1), Is.EqualTo(new[] { "b2" }));
    }

    [Test]
    public async Task A_single_active_consumer_is_not_exclusive()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel, Table("x-single-active-consumer", FieldValue.FromBoolean(true)));

        await channel.SendAsync(new BasicConsume(queue, "a", false, false, Exclusive: true, false, FieldTable.Empty));

        await channel.ExpectCloseAsync(
            ReplyCode.AccessRefused, $"ACCESS_REFUSED - queue '{queue}' in vhost '/' in exclusive use", BasicConsume.Id);
    }

    [Test]
    public async Task A_message_may_be_got_past_the_single_active_consumer_of_a_classic_queue()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(channel, Table("x-single-active-consumer", FieldValue.FromBoolean(true)));
        await channel.PublishAsync("", queue, "0");

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("0"));
    }

    [Test]
    public async Task No_message_may_be_got_past_the_single_active_consumer_of_a_quorum_queue()
    {
        var channel = await OpenChannelAsync();
        string queue = NewQueueName();
        await channel.DeclareQueueAsync(
            queue,
            durable: true,
            arguments: Table("x-single-active-consumer", FieldValue.FromBoolean(true))
                .With("x-queue-type", FieldValue.FromString("quorum")));

        await channel.SendAsync(new BasicGet(queue, true));

        await channel.ExpectCloseAsync(
            ReplyCode.ResourceLocked,
            $"RESOURCE_LOCKED - cannot obtain access to locked queue '{queue}' in vhost '/'. basic.get "
                + "operations are not supported by quorum queues with single active consumer",
            BasicGet.Id);
    }

    private static async Task<List<string>> TakeAsync(RawChannel channel, int count)
    {
        var taken = new List<string>();
        while (taken.Count < count)
        {
            var delivery = await channel.ExpectDeliveryAsync();
            taken.Add(delivery.Method.ConsumerTag + delivery.Text);
        }
        return taken;
    }

    private static FieldTable Priority(int priority) => Table("x-priority", FieldValue.FromInt32(priority));
}
