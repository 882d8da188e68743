using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

public class TransactionTests : BehaviourTests
{
    [Test]
    public async Task What_is_published_is_seen_after_commit()
    {
        var channel = await OpenTransactionAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", queue, "one");
        await channel.PublishAsync("", queue, "two");
        Assert.That((await channel.LookUpQueueAsync(queue)).MessageCount, Is.Zero);

        await CommitAsync(channel);

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("one"));
        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("two"));
    }

    [Test]
    public async Task What_is_published_and_rolled_back_never_was()
    {
        var channel = await OpenTransactionAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", queue, "one");

        await RollBackAsync(channel);
        await CommitAsync(channel);

        await channel.ExpectEmptyAsync(queue);
    }

    [Test]
    public async Task A_new_transaction_begins_after_each()
    {
        var channel = await OpenTransactionAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", queue, "one");
        await CommitAsync(channel);
        await channel.PublishAsync("", queue, "two");
        await RollBackAsync(channel);
        await channel.PublishAsync("", queue, "three");
        await CommitAsync(channel);

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("one"));
        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("three"));
    }

    [Test]
    public async Task Acknowledgements_count_at_commit()
    {
        var channel = await OpenTransactionAsync();
        string queue = await TakeOneAsync(channel);
        await channel.SendAsync(new BasicAck(1, false));

        await CommitAsync(channel);
        await channel.CallAsync<BasicRecover, BasicRecoverOk>(new BasicRecover(true));

        await channel.ExpectEmptyAsync(queue);
    }

    [Test]
    public async Task Rejections_count_at_commit()
    {
        var channel = await OpenTransactionAsync();
        string queue = await TakeOneAsync(channel);

        await channel.SendAsync(new BasicReject(1, Requeue: true));
        await channel.ExpectEmptyAsync(queue);
        await CommitAsync(channel);

        Assert.That((await channel.GetAsync(queue)).Method.Redelivered, Is.True);
    }

    [Test]
    public async Task An_acknowledgement_that_is_rolled_back_never_was()
    {
        var channel = await OpenTransactionAsync();
        string queue = await TakeOneAsync(channel);
        await channel.SendAsync(new BasicAck(1, false));

        await RollBackAsync(channel);
        await channel.CallAsync<BasicRecover, BasicRecoverOk>(new BasicRecover(true));

        Assert.That((await channel.GetAsync(queue)).Method.Redelivered, Is.True);
    }

    [Test]
    public async Task A_rollback_does_not_requeue()
    {
        var channel = await OpenTransactionAsync();
        string queue = await TakeOneAsync(channel);
        await channel.SendAsync(new BasicAck(1, false));

        await RollBackAsync(channel);
        await channel.ExpectEmptyAsync(queue);

        await channel.SendAsync(new BasicAck(1, false));
        await CommitAsync(channel);
    }

    [Test]
    public async Task Deliveries_are_no_part_of_it()
    {
        var channel = await OpenTransactionAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.ConsumeAsync(queue);

        await (await channel.Client.OpenChannelAsync(2)).PublishAsync("", queue, "one");

        Assert.That((await channel.ExpectDeliveryAsync()).Text, Is.EqualTo("one"));
    }

    [Test]
    public async Task A_mandatory_message_that_nobody_wants_comes_back_before_commit_ok()
    {
        var channel = await OpenTransactionAsync();
        await channel.PublishAsync("", NewName("q"), "one", mandatory: true);

        await channel.SendAsync(new TxCommit());

        await channel.ExpectMessageAsync<BasicReturn>();
        await channel.ExpectAsync<TxCommitOk>();
    }

    [Test]
    public async Task An_unknown_exchange_is_an_error_at_once()
    {
        var channel = await OpenTransactionAsync();

        await channel.PublishAsync("nope", "k");

        await channel.ExpectCloseAsync(ReplyCode.NotFound, "NOT_FOUND - no exchange 'nope' in vhost '/'", BasicPublish.Id);
    }

    [Test]
    public async Task An_unknown_delivery_tag_is_an_error_at_once()
    {
        var channel = await OpenTransactionAsync();

        await channel.SendAsync(new BasicAck(99, false));

        await channel.ExpectCloseAsync(ReplyCode.PreconditionFailed, "PRECONDITION_FAILED - unknown delivery tag 99", BasicAck.Id);
    }

    [Test]
    public async Task What_was_published_on_a_channel_that_closes_never_was()
    {
        var channel = await OpenTransactionAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", queue, "one");

        await channel.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "", 0, 0));

        await (await channel.Client.OpenChannelAsync(2)).ExpectEmptyAsync(queue);
    }

    [Test]
    public async Task Select_may_be_repeated_and_loses_nothing_of_what_waits()
    {
        var channel = await OpenTransactionAsync();
        string queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", queue, "one");

        await channel.CallAsync<TxSelect, TxSelectOk>(new());

        await channel.CallAsync<TxCommit, TxCommitOk>(new());
        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("one"));
    }

    [Test]
    public async Task Without_select_there_is_nothing_to_commit()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new TxCommit());

        await channel.ExpectCloseAsync(ReplyCode.PreconditionFailed, "PRECONDITION_FAILED - channel is not transactional", TxCommit.Id);
    }

    [Test]
    public async Task Without_select_there_is_nothing_to_roll_back()
    {
        var channel = await OpenChannelAsync();

        await channel.SendAsync(new TxRollback());

        await channel.ExpectCloseAsync(ReplyCode.PreconditionFailed, "PRECONDITION_FAILED - channel is not transactional", TxRollback.Id);
    }

    [Test]
    public async Task A_confirming_channel_cannot_be_switched()
    {
        var channel = await OpenChannelAsync();
        await channel.SelectConfirmsAsync();

        await channel.SendAsync(new TxSelect());

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed, "PRECONDITION_FAILED - cannot switch from confirm to tx mode", TxSelect.Id);
    }

    private async Task<RawChannel> OpenTransactionAsync()
    {
        var channel = await OpenChannelAsync();
        await channel.CallAsync<TxSelect, TxSelectOk>(new());
        return channel;
    }

    /// <summary>Declares a queue with one message, and gets the message on the channel.</summary>
    private static async Task<string> TakeOneAsync(RawChannel channel)
    {
        string queue = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", queue, "one");
        await CommitAsync(channel);
        await channel.GetAsync(queue, noAck: false);
        return queue;
    }

    private static Task<TxCommitOk> CommitAsync(RawChannel channel) => channel.CallAsync<TxCommit, TxCommitOk>(new());

    private static Task<TxRollbackOk> RollBackAsync(RawChannel channel) => channel.CallAsync<TxRollback, TxRollbackOk>(new());
}
