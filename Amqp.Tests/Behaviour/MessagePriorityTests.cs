using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>Queues with <c>x-max-priority</c> deliver messages of higher priority first.</summary>
public class MessagePriorityTests : BehaviourTests
{
    [Test]
    public async Task The_highest_comes_first_then_the_oldest()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAsync(channel, 5);

        // a priority above the maximum of 5 counts as 5, and a missing priority counts as 0
        await PublishAsync(channel, queue, null, 0, 3, 9, 5, 3);

        Assert.That(await GetAsync(channel, queue, 6), Is.EqualTo(["3: 9", "4: 5", "2: 3", "5: 3", "0: ", "1: 0"]));
    }

    [TestCase(0)]
    [TestCase(255)]
    public async Task The_range_is_what_the_queue_says(int most)
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAsync(channel, most);

        await PublishAsync(channel, queue, 1, 254, 255);

        Assert.That(
            await GetAsync(channel, queue, 3),
            Is.EqualTo(most == 0 ? ["0: 1", "1: 254", "2: 255"] : new[] { "2: 255", "1: 254", "0: 1" }));
    }

    [Test]
    public async Task A_requeued_message_goes_back_to_its_place_among_its_own()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAsync(channel, 5);
        await PublishAsync(channel, queue, 1, 5, 5, 1);
        for (int message = 0; message < 3; message++)
            await channel.GetAsync(queue, noAck: false);

        await channel.SendAsync(new BasicNack(0, true, Requeue: true));

        Assert.That(await GetAsync(channel, queue, 4), Is.EqualTo(["1: 5", "2: 5", "0: 1", "3: 1"]));
    }

    [Test]
    public async Task What_is_too_much_goes_in_the_order_of_delivery()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareQueueAsync(
            channel, Table("x-max-priority", FieldValue.FromInt32(5)).With("x-max-length", FieldValue.FromInt32(2)));

        await PublishAsync(channel, queue, 5, 1, 1, 1);

        Assert.That(await GetAsync(channel, queue, 2), Is.EqualTo(["2: 1", "3: 1"]));
    }

    [Test]
    public async Task A_message_expires_only_in_front()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAsync(channel, 5);
        await channel.PublishAsync("", queue, "high", new() { Priority = 5 });
        await channel.PublishAsync("", queue, "low", new() { Priority = 1, Expiration = "20" });
        await channel.ExpectQuietAsync();
        // the message "low" does not expire yet, because it is not at the front of the queue
        await OutliveAsync(20);

        Assert.That((await channel.LookUpQueueAsync(queue)).MessageCount, Is.EqualTo(2));
        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("high"));
        await channel.ExpectEmptyAsync(queue);
    }

    [Test]
    public async Task Acknowledge_purge_and_delete_see_all_priorities()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAsync(channel, 5);
        await PublishAsync(channel, queue, 1, 2, 3, 4, 5);
        await channel.GetAsync(queue, noAck: false);
        await channel.GetAsync(queue, noAck: false);
        await channel.SendAsync(new BasicAck(2, Multiple: true));
        Assert.That((await channel.LookUpQueueAsync(queue)).MessageCount, Is.EqualTo(3));

        Assert.That((await channel.CallAsync<QueuePurge, QueuePurgeOk>(new QueuePurge(queue, false))).MessageCount, Is.EqualTo(3));
        await PublishAsync(channel, queue, 1, 2);
        await channel.ExpectQuietAsync();
        Assert.That((await channel.DeleteQueueAsync(queue)).MessageCount, Is.EqualTo(2));
    }

    [Test]
    public async Task Dead_letters_stand_among_those_of_their_own_priority()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAsync(channel, 5);
        string dying = await DeclareQueueAsync(channel, Table("x-message-ttl", FieldValue.FromInt32(0))
            .With("x-dead-letter-exchange", FieldValue.FromString("")).With("x-dead-letter-routing-key", FieldValue.FromString(queue)));

        await PublishAsync(channel, dying, 1, 5, 3);
        await Eventually.Holds(
            async () => (await channel.LookUpQueueAsync(queue)).MessageCount == 3,
            () => "some dead letters are missing");

        Assert.That(await GetAsync(channel, queue, 3), Is.EqualTo(["1: 5", "2: 3", "0: 1"]));
    }

    private static Task<string> DeclareAsync(RawChannel channel, int most) =>
        DeclareQueueAsync(channel, Table("x-max-priority", FieldValue.FromInt32(most)));

    /// <summary>Publishes messages whose bodies contain a number and the priority, such as "0: 3".</summary>
    private static async Task PublishAsync(RawChannel channel, string queue, params byte?[] priorities)
    {
        for (int message = 0; message < priorities.Length; message++)
            await channel.PublishAsync("", queue, $"{message}: {priorities[message]}", new() { Priority = priorities[message] });
    }

    private static async Task<List<string>> GetAsync(RawChannel channel, string queue, int count)
    {
        var all = new List<string>();
        while (all.Count < count)
            all.Add((await channel.GetAsync(queue)).Text);
        await channel.ExpectEmptyAsync(queue);
        return all;
    }
}
