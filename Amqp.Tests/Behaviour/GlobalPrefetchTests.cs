using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>basic.qos with global=true limits the unacknowledged deliveries of all consumers of a channel together.</summary>
public class GlobalPrefetchTests : BehaviourTests
{
    [Test]
    public async Task What_was_got_takes_no_room()
    {
        var channel = await OpenLimitedAsync(1);
        string queue = await DeclareQueueWithAsync(channel, 4);
        await channel.GetAsync(queue, noAck: false);
        await channel.GetAsync(queue, noAck: false);

        await channel.ConsumeAsync(queue);

        Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo("2"));
        // a message from basic.get does not count for the prefetch limit, so the broker sends no delivery after this acknowledgement
        await channel.SendAsync(new BasicAck(1, false));
        await ExpectNoMoreAsync(channel, queue);
        await channel.SendAsync(new BasicAck(3, false));
        Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo("3"));
    }

    [Test]
    public async Task Consumers_of_a_queue_take_turns()
    {
        var channel = await OpenLimitedAsync(1);
        string queue = await DeclareQueueAsync(channel);
        foreach (string tag in (string[])["a", "b", "c"])
            await channel.ConsumeAsync(queue, tag);
        await FillAsync(channel, queue, 7);

        var served = new List<string>();
        for (int delivery = 0; delivery < 7; delivery++)
            served.Add(await TakeAsync(channel, message => new BasicAck(message.DeliveryTag, false)));

        Assert.That(string.Concat(served), Is.EqualTo("abcabca"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Consumers_of_different_queues_take_turns(bool requeues)
    {
        await SkipOnRabbitMqAsync("RabbitMQ chooses the next consumer at random.");
        var channel = await OpenLimitedAsync(1);
        await ConsumeFromThreeQueuesAsync(channel, 2);

        var served = new List<string>();
        for (int delivery = 0; delivery < 6; delivery++)
        {
            served.Add(await (requeues
                ? TakeAsync(channel, message => new BasicReject(message.DeliveryTag, Requeue: true))
                : TakeAsync(channel, message => new BasicAck(message.DeliveryTag, false))));
        }

        Assert.That(string.Concat(served), Is.EqualTo("abcabc"));
    }

    [Test]
    public async Task All_consumers_have_their_turn_however_it_is_chosen()
    {
        var channel = await OpenLimitedAsync(2);
        await ConsumeFromThreeQueuesAsync(channel, 5);

        var served = new List<string>();
        for (int delivery = 0; delivery < 15; delivery++)
            served.Add(await TakeAsync(channel, message => new BasicAck(message.DeliveryTag, false)));

        Assert.That(served.Order(), Is.EqualTo("aaaaabbbbbccccc".Select(tag => $"{tag}")));
    }

    [Test]
    public async Task Of_those_that_wait_the_ones_of_higher_priority_take_turns()
    {
        var channel = await OpenLimitedAsync(1);
        string queue = await DeclareQueueAsync(channel);
        await channel.ConsumeAsync(queue, "low");
        foreach (string tag in (string[])["a", "b"])
            await channel.ConsumeAsync(queue, tag, arguments: Table("x-priority", FieldValue.FromInt32(5)));
        await FillAsync(channel, queue, 5);

        var served = new List<string>();
        for (int delivery = 0; delivery < 5; delivery++)
            served.Add(await TakeAsync(channel, message => new BasicAck(message.DeliveryTag, false)));

        Assert.That(string.Concat(served), Is.EqualTo("ababa"));
    }

    [Test]
    public async Task A_consumer_that_need_not_acknowledge_waits_while_there_is_no_room()
    {
        var channel = await OpenLimitedAsync(1);
        string one = await DeclareQueueWithAsync(channel, 1), other = await DeclareQueueWithAsync(channel, 3);
        await channel.ConsumeAsync(one, "acknowledges");
        await channel.ExpectDeliveryAsync();

        await channel.ConsumeAsync(other, "does not", noAck: true);
        await ExpectNoMoreAsync(channel, other);
        await channel.SendAsync(new BasicAck(1, false));

        // deliveries to a consumer with no-ack do not count for the prefetch limit
        for (int message = 0; message < 3; message++)
            Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo($"{message}"));
    }

    [TestCase((ushort)3, 2)]
    [TestCase((ushort)0, 4)]
    public async Task A_higher_limit_lets_those_go_on_that_wait(ushort limit, int more)
    {
        var channel = await OpenLimitedAsync(1);
        string queue = await DeclareQueueWithAsync(channel, 5);
        await channel.ConsumeAsync(queue);
        await channel.ExpectDeliveryAsync();

        await channel.QosAsync(limit, global: true);

        for (int delivery = 0; delivery < more; delivery++)
            await channel.ExpectDeliveryAsync();
        await ExpectNoMoreAsync(channel, queue);
    }

    [Test]
    public async Task A_lower_limit_holds_until_enough_is_acknowledged()
    {
        var channel = await OpenLimitedAsync(3);
        string queue = await DeclareQueueWithAsync(channel, 5);
        await channel.ConsumeAsync(queue);
        for (int delivery = 0; delivery < 3; delivery++)
            await channel.ExpectDeliveryAsync();

        await channel.QosAsync(1, global: true);
        await channel.SendAsync(new BasicAck(2, Multiple: true));
        await ExpectNoMoreAsync(channel, queue);
        await channel.SendAsync(new BasicAck(3, false));

        Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo("3"));
    }

    [Test]
    public async Task In_a_transaction_another_consumer_goes_on_once_the_acknowledgements_are_committed()
    {
        var channel = await OpenLimitedAsync(1);
        string one = await DeclareQueueWithAsync(channel, 1), other = await DeclareQueueWithAsync(channel, 1);
        await channel.CallAsync<TxSelect, TxSelectOk>(new());
        await channel.ConsumeAsync(one, "first");
        await channel.ExpectDeliveryAsync();
        await channel.ConsumeAsync(other, "second");

        await channel.SendAsync(new BasicAck(1, false));
        await ExpectNoMoreAsync(channel, other);
        await channel.CallAsync<TxRollback, TxRollbackOk>(new());
        await ExpectNoMoreAsync(channel, other);
        await channel.SendAsync(new BasicAck(1, false));
        await channel.SendAsync(new TxCommit());

        Assert.That((await channel.ExpectDeliveryBesideAsync<TxCommitOk>()).Method.ConsumerTag, Is.EqualTo("second"));
    }

    private async Task<RawChannel> OpenLimitedAsync(ushort limit)
    {
        var channel = await OpenChannelAsync();
        await channel.QosAsync(limit, global: true);
        return channel;
    }

    /// <summary>Starts the consumers a, b and c, each on its own queue, without waiting for replies.</summary>
    private static async Task ConsumeFromThreeQueuesAsync(RawChannel channel, int messages)
    {
        string[] queues =
        [
            await DeclareQueueWithAsync(channel, messages),
            await DeclareQueueWithAsync(channel, messages),
            await DeclareQueueWithAsync(channel, messages)
        ];
        await DeclareQueueAsync(channel); // the response comes when the messages are in their queues
        for (int consumer = 0; consumer < queues.Length; consumer++)
            await channel.SendAsync(
                new BasicConsume(queues[consumer], $"{"abc"[consumer]}", false, false, false, NoWait: true, FieldTable.Empty));
    }

    private static async Task<string> DeclareQueueWithAsync(RawChannel channel, int messages)
    {
        string queue = await DeclareQueueAsync(channel);
        await FillAsync(channel, queue, messages);
        await channel.LookUpQueueAsync(queue);
        return queue;
    }

    private static async Task FillAsync(RawChannel channel, string queue, int messages)
    {
        for (int message = 0; message < messages; message++)
            await channel.PublishAsync("", queue, $"{message}");
    }

    /// <summary>Takes the next delivery and settles it.</summary>
    /// <returns>Tag of the consumer that got the delivery.</returns>
    private static async Task<string> TakeAsync<TMethod>(RawChannel channel, Func<BasicDeliver, TMethod> settle)
        where TMethod : struct, IMethod<TMethod>
    {
        var delivery = await channel.ExpectDeliveryAsync();
        await channel.SendAsync(settle(delivery.Method));
        return delivery.Method.ConsumerTag;
    }

    /// <summary>Checks that the broker sends no further delivery: the next frame must be the answer to a passive declare.</summary>
    private static async Task ExpectNoMoreAsync(RawChannel channel, string queue)
    {
        await channel.LookUpQueueAsync(queue);
        await channel.ExpectQuietAsync();
    }
}
