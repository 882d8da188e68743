using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour;

/// <summary>
/// In a transaction, the names of a message's queues are found when the client publishes. The commit looks up the queues by these names.
/// </summary>
public class TransactionRoutingTests : BehaviourTests
{
    [Test]
    public async Task A_queue_that_is_declared_before_the_commit_gets_what_was_published_to_its_name()
    {
        var channel = await OpenTransactionAsync();
        string queue = NewName("q");
        await channel.PublishAsync("", queue, "a", mandatory: true);

        await channel.DeclareExclusiveQueueAsync(queue);
        await CommitAsync(channel);

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("a"));
    }

    [TestCase("CC")]
    [TestCase("BCC")]
    public async Task So_does_one_whose_name_the_sender_has_added(string header)
    {
        var channel = await OpenTransactionAsync();
        string queue = NewName("q");
        var headers = Table(header, FieldValue.FromArray([FieldValue.FromString(queue)]));
        await channel.PublishAsync("", NewName("q"), "a", new() { Headers = headers }, mandatory: true);

        await channel.DeclareExclusiveQueueAsync(queue);
        await CommitAsync(channel);

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("a"));
    }

    [Test]
    public async Task A_binding_that_comes_before_the_commit_is_too_late()
    {
        var channel = await OpenTransactionAsync();
        var (exchange, queue) = await DeclareAsync(channel, isBound: false);
        await channel.PublishAsync(exchange, "k", "a", mandatory: true);

        await channel.BindQueueAsync(queue, exchange);
        await channel.SendAsync(new TxCommit());

        Assert.That((await channel.ExpectMessageAsync<BasicReturn>()).Method.ReplyCode, Is.EqualTo(312));
        await channel.ExpectAsync<TxCommitOk>();
        await channel.ExpectEmptyAsync(queue);
    }

    [Test]
    public async Task A_binding_that_goes_before_the_commit_counts()
    {
        var channel = await OpenTransactionAsync();
        var (exchange, queue) = await DeclareAsync(channel);
        await channel.PublishAsync(exchange, "k", "a", mandatory: true);

        await channel.UnbindQueueAsync(queue, exchange);
        await CommitAsync(channel);

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("a"));
    }

    [Test]
    public async Task An_exchange_that_goes_before_the_commit_counts()
    {
        var channel = await OpenTransactionAsync();
        var (exchange, queue) = await DeclareAsync(channel);
        await channel.PublishAsync(exchange, "k", "a", mandatory: true);

        await channel.DeleteExchangeAsync(exchange);
        await CommitAsync(channel);

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("a"));
    }

    [Test]
    public async Task A_message_whose_queue_goes_before_the_commit_is_returned_before_commit_ok()
    {
        var channel = await OpenTransactionAsync();
        var (exchange, queue) = await DeclareAsync(channel);
        await channel.PublishAsync(exchange, "k", "a", mandatory: true);
        await channel.PublishAsync("", queue, "b", mandatory: true);

        await channel.DeleteQueueAsync(queue);
        await channel.SendAsync(new TxCommit());

        foreach (string text in (string[])["a", "b"])
        {
            var returned = await channel.ExpectMessageAsync<BasicReturn>();
            Assert.That((returned.Method.ReplyCode, returned.Method.ReplyText, returned.Text), Is.EqualTo(((ushort)312, "NO_ROUTE", text)));
        }
        await channel.ExpectAsync<TxCommitOk>();
    }

    [Test]
    public async Task A_queue_that_is_declared_anew_before_the_commit_gets_the_message_of_the_old_one()
    {
        var channel = await OpenTransactionAsync();
        var (exchange, queue) = await DeclareAsync(channel);
        await channel.PublishAsync(exchange, "k", "a", mandatory: true);

        await channel.DeleteQueueAsync(queue);
        await channel.DeclareExclusiveQueueAsync(queue);
        await CommitAsync(channel);

        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("a"));
    }

    [Test]
    public async Task An_alternate_exchange_is_asked_at_the_publish_only()
    {
        var channel = await OpenTransactionAsync();
        var (alternate, last) = await DeclareAsync(channel);
        string exchange = await DeclareExchangeAsync(channel, "fanout", Table("alternate-exchange", FieldValue.FromString(alternate)));
        string queue = await DeclareQueueAsync(channel);
        await channel.BindQueueAsync(queue, exchange);
        await channel.PublishAsync(exchange, "k", "a", mandatory: true);

        await channel.DeleteQueueAsync(queue);
        await channel.SendAsync(new TxCommit());

        await channel.ExpectMessageAsync<BasicReturn>();
        await channel.ExpectAsync<TxCommitOk>();
        await channel.ExpectEmptyAsync(last);
    }

    [TestCase("reject-publish")]
    [TestCase("reject-publish-dlx")]
    public async Task A_message_that_its_queue_refuses_makes_the_commit_partial(string overflow)
    {
        var channel = await OpenTransactionAsync();
        string full = await DeclareQueueAsync(
            channel, Table("x-max-length", FieldValue.FromInt32(1)).With("x-overflow", FieldValue.FromString(overflow)));
        string other = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", other, "acknowledged");
        await CommitAsync(channel);
        await channel.GetAsync(other, noAck: false);

        await channel.PublishAsync("", full, "taken");
        await channel.PublishAsync("", full, "refused");
        await channel.PublishAsync("", other, "taken");
        await channel.SendAsync(new BasicAck(1, false));
        await channel.SendAsync(new TxCommit());

        await channel.ExpectCloseAsync(ReplyCode.PreconditionFailed, "PRECONDITION_FAILED - partial tx completion", TxCommit.Id);
        var next = await channel.Client.OpenChannelAsync(2);
        foreach (string queue in (string[])[full, other])
        {
            Assert.That((await next.GetAsync(queue)).Text, Is.EqualTo("taken"));
            await next.ExpectEmptyAsync(queue);
        }
    }

    [Test]
    public async Task What_may_not_be_published_is_an_error_at_once()
    {
        var channel = await OpenTransactionAsync();
        string exchange = NewExchangeName();
        await channel.DeclareExchangeAsync(exchange, "fanout", @internal: true);

        await channel.PublishAsync(exchange, "k");

        await channel.ExpectCloseAsync(
            ReplyCode.AccessRefused, $"ACCESS_REFUSED - cannot publish to internal exchange '{exchange}' in vhost '/'", BasicPublish.Id);
    }

    private async Task<RawChannel> OpenTransactionAsync()
    {
        var channel = await OpenChannelAsync();
        await channel.CallAsync<TxSelect, TxSelectOk>(new());
        return channel;
    }

    private async Task<(string Exchange, string Queue)> DeclareAsync(RawChannel channel, bool isBound = true)
    {
        string exchange = await DeclareExchangeAsync(channel, "fanout");
        string queue = await DeclareQueueAsync(channel);
        if (isBound)
            await channel.BindQueueAsync(queue, exchange);
        return (exchange, queue);
    }

    private static Task<TxCommitOk> CommitAsync(RawChannel channel) => channel.CallAsync<TxCommit, TxCommitOk>(new());
}
