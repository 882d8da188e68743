using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>
/// Settlements in a transaction take effect with the commit. The transaction settles one, two or all of three deliveries.
/// </summary>
public class TransactionSettlementTests : BehaviourTests
{
    private static readonly Dictionary<string, Settling> _settlings = new()
    {
        ["ack"] = new(1, false, channel => channel.SendAsync(new BasicAck(1, false))),
        ["ack of two"] = new(2, false, channel => channel.SendAsync(new BasicAck(2, Multiple: true))),
        ["ack of all"] = new(3, false, channel => channel.SendAsync(new BasicAck(0, Multiple: true))),
        ["reject"] = new(1, false, channel => channel.SendAsync(new BasicReject(1, Requeue: false))),
        ["requeue"] = new(1, true, channel => channel.SendAsync(new BasicReject(1, Requeue: true))),
        ["nack"] = new(1, false, channel => channel.SendAsync(new BasicNack(1, false, Requeue: false))),
        ["requeue of two"] = new(2, true, channel => channel.SendAsync(new BasicNack(2, Multiple: true, Requeue: true))),
        ["requeue of all"] = new(3, true, channel => channel.SendAsync(new BasicNack(0, Multiple: true, Requeue: true))),
    };

    private static IEnumerable<string> Ways => _settlings.Keys;

    [TestCaseSource(nameof(Ways))]
    public async Task Recover_gives_the_others_back(string way)
    {
        var settling = _settlings[way];
        var (channel, queue) = await TakeThreeAsync();
        await settling.SendAsync(channel);

        await RecoverAsync(channel);

        await ExpectAsync(channel, queue, settling.Count);
    }

    [TestCaseSource(nameof(Ways))]
    public async Task Rolled_back_they_stay_with_the_client_and_recover_gives_all_back(string way)
    {
        var settling = _settlings[way];
        var (channel, queue) = await TakeThreeAsync();
        await settling.SendAsync(channel);

        await RollBackAsync(channel);
        await channel.ExpectEmptyAsync(queue);
        await RecoverAsync(channel);

        await ExpectAsync(channel, queue, 0);
    }

    [TestCaseSource(nameof(Ways))]
    public async Task Rolled_back_after_a_recover_they_are_the_only_ones_left_to_recover(string way)
    {
        var settling = _settlings[way];
        var (channel, queue) = await TakeThreeAsync();
        await settling.SendAsync(channel);
        await RecoverAsync(channel);
        await ExpectAsync(channel, queue, settling.Count);

        await RollBackAsync(channel);
        await RecoverAsync(channel);

        for (int message = 0; message < settling.Count; message++)
            Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo($"{message}"));
        await channel.ExpectEmptyAsync(queue);
    }

    [TestCaseSource(nameof(Ways))]
    public async Task Rolled_back_they_can_be_settled_again(string way)
    {
        var settling = _settlings[way];
        var (channel, queue) = await TakeThreeAsync();
        await settling.SendAsync(channel);

        await RollBackAsync(channel);
        await settling.SendAsync(channel);
        await CommitAsync(channel);
        await RecoverAsync(channel);

        await ExpectAsync(channel, queue, settling.IsRequeue ? 0 : settling.Count);
    }

    [TestCaseSource(nameof(Ways))]
    public async Task Once_the_channel_closes_all_go_back(string way)
    {
        var settling = _settlings[way];
        var (channel, queue) = await TakeThreeAsync();
        await settling.SendAsync(channel);

        await channel.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "", 0, 0));

        await ExpectAsync(await channel.Client.OpenChannelAsync(2), queue, 0);
    }

    [TestCaseSource(nameof(Ways))]
    public async Task Once_the_connection_goes_all_go_back(string way)
    {
        var settling = _settlings[way];
        string queue = NewQueueName();
        var watch = await OpenChannelAsync();
        await watch.DeclareQueueAsync(queue, durable: true);
        var (channel, _) = await TakeThreeAsync(queue);
        await settling.SendAsync(channel);
        await channel.ExpectQuietAsync();

        await channel.Client.DisposeAsync();

        await Eventually.Holds(async () => (await watch.LookUpQueueAsync(queue)).MessageCount == 3, () => "some messages are not back");
        await ExpectAsync(watch, queue, 0);
    }

    [TestCaseSource(nameof(Ways))]
    public async Task A_second_settlement_before_the_commit_is_an_error(string way)
    {
        var settling = _settlings[way];
        var (channel, _) = await TakeThreeAsync();
        await settling.SendAsync(channel);

        await channel.SendAsync(new BasicAck(1, false));

        await channel.ExpectCloseAsync(ReplyCode.PreconditionFailed, "PRECONDITION_FAILED - unknown delivery tag 1", BasicAck.Id);
    }

    [TestCaseSource(nameof(Ways))]
    public async Task A_queue_that_goes_before_the_commit_is_no_error(string way)
    {
        var settling = _settlings[way];
        var (channel, queue) = await TakeThreeAsync();
        await settling.SendAsync(channel);
        await channel.DeleteQueueAsync(queue);
        await channel.DeclareExclusiveQueueAsync(queue);

        await CommitAsync(channel);

        // the settlements belong to the deleted queue, so no message is requeued to the new queue with the same name
        await channel.ExpectEmptyAsync(queue);
    }

    [Test]
    public async Task A_cancelled_consumers_deliveries_can_still_be_rolled_back()
    {
        var (channel, queue) = await DeclareQueueWithThreeAsync(null);
        await channel.QosAsync(2);
        await channel.ConsumeAsync(queue, "c");
        await channel.ExpectDeliveryAsync();
        await channel.ExpectDeliveryAsync();
        await channel.SendAsync(new BasicAck(1, false));
        await channel.CallAsync<BasicCancel, BasicCancelOk>(new BasicCancel("c", false));

        await RollBackAsync(channel);
        await RecoverAsync(channel);

        for (int message = 0; message < 3; message++)
            Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo($"{message}"));
    }

    [Test]
    public async Task A_consumer_has_room_again_once_it_is_committed()
    {
        var (channel, queue) = await DeclareQueueWithThreeAsync(null);
        await channel.QosAsync(1);
        await channel.ConsumeAsync(queue, "c");
        await channel.ExpectDeliveryAsync();

        await channel.SendAsync(new BasicAck(1, false));
        await channel.LookUpQueueAsync(queue);
        await channel.ExpectQuietAsync();
        await channel.SendAsync(new TxCommit());

        Assert.That((await channel.ExpectDeliveryBesideAsync<TxCommitOk>()).Text, Is.EqualTo("1"));
    }

    [Test]
    public async Task A_rejected_message_dies_at_the_commit()
    {
        var channel = await OpenChannelAsync();
        string letters = await DeclareQueueAsync(channel);
        string queue = await DeclareQueueAsync(
            channel,
            Table("x-dead-letter-exchange", FieldValue.FromString("")).With("x-dead-letter-routing-key", FieldValue.FromString(letters)));
        await channel.PublishAsync("", queue, "a");
        await channel.CallAsync<TxSelect, TxSelectOk>(new());
        await channel.GetAsync(queue, noAck: false);

        await channel.SendAsync(new BasicReject(1, Requeue: false));
        await channel.ExpectEmptyAsync(letters);
        await CommitAsync(channel);

        await Eventually.Holds(async () => (await channel.LookUpQueueAsync(letters)).MessageCount == 1, () => "no dead letter has arrived");
    }

    private async Task<(RawChannel Channel, string Queue)> TakeThreeAsync(string? name = null)
    {
        var (channel, queue) = await DeclareQueueWithThreeAsync(name);
        for (int message = 0; message < 3; message++)
            await channel.GetAsync(queue, noAck: false);
        return (channel, queue);
    }

    /// <summary>Starts a transaction, and declares a queue with three messages.</summary>
    private async Task<(RawChannel Channel, string Queue)> DeclareQueueWithThreeAsync(string? name)
    {
        var channel = await OpenChannelAsync();
        string queue = name ?? await DeclareQueueAsync(channel);
        for (int message = 0; message < 3; message++)
            await channel.PublishAsync("", queue, $"{message}");
        await channel.CallAsync<TxSelect, TxSelectOk>(new());
        return (channel, queue);
    }

    /// <summary>Checks that the queue contains exactly the messages with the numbers from <paramref name="first"/> to 2.</summary>
    private static async Task ExpectAsync(RawChannel channel, string queue, int first)
    {
        for (int message = first; message < 3; message++)
        {
            var got = await channel.GetAsync(queue);
            Assert.That((got.Text, got.Method.Redelivered), Is.EqualTo(($"{message}", true)));
        }
        await channel.ExpectEmptyAsync(queue);
    }

    private static Task<TxCommitOk> CommitAsync(RawChannel channel) => channel.CallAsync<TxCommit, TxCommitOk>(new());

    private static Task<TxRollbackOk> RollBackAsync(RawChannel channel) => channel.CallAsync<TxRollback, TxRollbackOk>(new());

    private static Task<BasicRecoverOk> RecoverAsync(RawChannel channel) =>
        channel.CallAsync<BasicRecover, BasicRecoverOk>(new BasicRecover(true));

    /// <summary>A way to settle the first deliveries with one method.</summary>
    /// <param name="Count">Number of deliveries that the method settles.</param>
    /// <param name="IsRequeue">True if the method requeues the deliveries.</param>
    /// <param name="SendAsync">Sends the method.</param>
    private sealed record Settling(int Count, bool IsRequeue, Func<RawChannel, Task> SendAsync);
}
