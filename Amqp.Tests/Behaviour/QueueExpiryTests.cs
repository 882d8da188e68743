using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>A queue with <c>x-expires</c> is deleted when no client has used it for this time.</summary>
public class QueueExpiryTests : BehaviourTests
{
    private const int Expires = 400;

    [Test]
    public async Task An_unused_queue_goes_with_its_messages()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAsync(channel);
        await channel.PublishAsync("", queue, "a");

        await IsGoneAsync(queue);
    }

    [Test]
    public async Task Its_messages_are_not_dead_lettered()
    {
        var channel = await OpenChannelAsync();
        string letters = await DeclareQueueAsync(channel);
        string queue = await DeclareAsync(
            channel,
            Table("x-dead-letter-exchange", FieldValue.FromString("")).With("x-dead-letter-routing-key", FieldValue.FromString(letters)));
        await channel.PublishAsync("", queue, "a");

        await IsGoneAsync(queue);
        await channel.ExpectEmptyAsync(letters);
    }

    [Test]
    public async Task A_queue_with_a_consumer_stays_until_it_is_gone_for_that_long()
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAsync(channel);
        await channel.ConsumeAsync(queue, "a");

        await Task.Delay(2 * Expires);
        await channel.CallAsync<BasicCancel, BasicCancelOk>(new BasicCancel("a", false));
        await channel.LookUpQueueAsync(queue);

        await IsGoneAsync(queue);
    }

    [TestCase("declare")]
    [TestCase("passive")]
    [TestCase("get")]
    public async Task Who_asks_for_it_keeps_it(string how)
    {
        var channel = await OpenChannelAsync();
        string queue = await DeclareAsync(channel);

        for (int time = 0; time < 6; time++)
        {
            await Task.Delay(Expires / 3);
            if (how == "declare")
                await channel.DeclareQueueAsync(queue, arguments: Table("x-expires", FieldValue.FromInt32(Expires)));
            else if (how == "passive")
                await channel.LookUpQueueAsync(queue);
            else
                await channel.ExpectEmptyAsync(queue);
        }

        await channel.LookUpQueueAsync(queue);
    }

    private async Task<string> DeclareAsync(RawChannel channel, FieldTable? more = null)
    {
        string queue = NewQueueName();
        await channel.DeclareQueueAsync(queue, arguments: (more ?? FieldTable.Empty).With("x-expires", FieldValue.FromInt32(Expires)));
        return queue;
    }

    /// <summary>
    /// Publishes messages until the broker returns a message, because the queue is deleted. A publish does not count as a use of the queue.
    /// </summary>
    private async Task IsGoneAsync(string queue)
    {
        var channel = await OpenChannelAsync();
        await Eventually.Holds(
            async () =>
            {
                await channel.PublishAsync("", queue, mandatory: true);
                await channel.SendAsync(new ChannelFlow(true));
                var answer = await channel.Client.ReceiveAsync(channel.Number);
                return MethodId.FromValue(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(answer.Payload)) == BasicReturn.Id;
            },
            () => "the queue is still there");
    }
}
