using Amqp.Protocol;
using Amqp.Storage.Faults;
using Amqp.Tests.Faults;
using Amqp.Tests.Support;

namespace Amqp.Tests.Channels;

/// <summary>If a crash loses the publishes of a transaction, the crash must also lose the acknowledgements of the transaction.</summary>
public sealed class TransactionCommitTests
{
    [Test]
    public async Task Acknowledgements_are_bound_to_the_publishes_of_their_transaction_and_else_to_nothing()
    {
        await using var broker = await FaultyBroker.StartAsync();
        await using var client = await RawClient.DialAsync(new Uri($"amqp://guest:guest@127.0.0.1:{broker.Broker.Port}"));
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        await channel.DeclareQueueAsync("q", durable: true);
        for (int i = 0; i < 5; i++)
            await channel.PublishAsync("", "q", "a", new() { DeliveryMode = 2 });
        var settles = new List<bool>();
        broker.Store.BeforeSettle = (_, isBound) => settles.Add(isBound);
        await channel.CallAsync<TxSelect, TxSelectOk>(new TxSelect());
        for (int i = 0; i < 4; i++)
            await channel.GetAsync("q", noAck: false);

        await CommitAsync(tag: 1, publishes: true);
        await CommitAsync(tag: 2, publishes: false);
        await CommitAsync(tag: 3, publishes: true);
        await channel.CallAsync<TxCommit, TxCommitOk>(new TxCommit());
        var other = await client.OpenChannelAsync(2);
        await other.GetAsync("q", noAck: true);
        await other.ExpectQuietAsync();

        Assert.That(settles, Is.EqualTo([true, false, true, false]), "bound, not bound, bound, without a transaction");

        async Task CommitAsync(ulong tag, bool publishes)
        {
            if (publishes)
                await channel.PublishAsync("", "q", "b", new() { DeliveryMode = 2 });
            await channel.SendAsync(new BasicAck(tag, false));
            await channel.CallAsync<TxCommit, TxCommitOk>(new TxCommit());
        }
    }

    [Test]
    public async Task A_commit_is_answered_when_the_store_has_it_and_with_an_error_when_it_never_will([Values] bool fails)
    {
        await using var broker = await FaultyBroker.StartAsync();
        await using var client = await RawClient.DialAsync(new Uri($"amqp://guest:guest@127.0.0.1:{broker.Broker.Port}"));
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        await channel.DeclareQueueAsync("q", durable: true);
        await channel.CallAsync<TxSelect, TxSelectOk>(new TxSelect());
        await channel.PublishAsync("", "q", "a", new() { DeliveryMode = 2 });
        var (asked, outcome) = (new TaskCompletionSource(), new TaskCompletionSource());
        broker.Store.Commit = _ =>
        {
            asked.TrySetResult();
            return outcome.Task;
        };

        await channel.SendAsync(new TxCommit());
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        if (fails)
            outcome.SetException(new StoreFailedException("the disk failed"));
        else
            outcome.SetResult();

        if (fails)
            await client.ExpectCloseAsync(ReplyCode.InternalError, "INTERNAL_ERROR - the disk failed", TxCommit.Id);
        else
            await channel.ExpectAsync<TxCommitOk>();
    }

    /// <summary>
    /// The client sends several commits, and disconnects while the broker waits for the disk. The broker still executes all commits.
    /// </summary>
    [Test]
    public async Task What_a_client_committed_before_it_went_is_done()
    {
        const int commits = 5;
        await using var broker = await FaultyBroker.StartAsync();
        var first = new TaskCompletionSource();
        await using (var client = await RawClient.DialAsync(new Uri($"amqp://guest:guest@127.0.0.1:{broker.Broker.Port}")))
        {
            await client.OpenAsync();
            var channel = await client.OpenChannelAsync();
            await channel.DeclareQueueAsync("q", durable: true);
            await channel.CallAsync<TxSelect, TxSelectOk>(new TxSelect());
            broker.Store.Commit = committed => first.Task.ContinueWith(_ => committed, TaskScheduler.Default).Unwrap();
            var output = new List<byte>();
            for (int i = 0; i < commits; i++)
            {
                output.AddRange(Encoded.Frame(1, new BasicPublish("", "q", false, false)));
                output.AddRange(Encoded.Frame(FrameType.Header, 1, Encoded.Header(0, Encoded.Properties(new() { DeliveryMode = 2 }))));
                output.AddRange(Encoded.Frame(1, new TxCommit()));
            }
            await client.SendAsync(output.ToArray());
            await Eventually.Holds(() => broker.Queue("q").Counts.Ready == 1, () => "the first commit is not executed");
        }

        first.SetResult();

        await Eventually.Holds(() => !broker.Broker.Connections.All.Any(), () => "the connection does not end");
        Assert.That(broker.Queue("q").Counts.Ready, Is.EqualTo(commits));
    }

    [Test]
    public async Task Memory_that_a_transaction_and_a_content_hold_is_given_back_however_they_end([Values(
        "commit", "rollback", "close", "cut")] string end)
    {
        await using var broker = await FaultyBroker.StartAsync();
        await using var client = await RawClient.DialAsync(new Uri($"amqp://guest:guest@127.0.0.1:{broker.Broker.Port}"));
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        await channel.DeclareQueueAsync("q");
        await channel.CallAsync<TxSelect, TxSelectOk>(new TxSelect());
        long before = broker.Broker.Broker.Memory.Held.Bytes;
        await channel.PublishAsync("", "q", new string('x', 50_000), new() { CorrelationId = new string('y', 200) });
        await channel.ExpectQuietAsync();
        Assert.That(broker.Broker.Broker.Memory.Held.Bytes, Is.GreaterThan(before + 50_000));
        if (end == "cut")
        {
            // the method begins a message, and only a part of the message follows
            await channel.SendAsync(new BasicPublish("", "q", false, false));
            await channel.SendFrameAsync(FrameType.Header, Encoded.Header(200_000, [0, 0]));
            await channel.SendFrameAsync(FrameType.Body, new byte[100_000]);
            await Eventually.Holds(() => broker.Broker.Broker.Memory.Held.Bytes > before + 150_000, () => "the content has not arrived");
        }

        if (end == "commit")
            await channel.CallAsync<TxCommit, TxCommitOk>(new TxCommit());
        else if (end == "rollback")
            await channel.CallAsync<TxRollback, TxRollbackOk>(new TxRollback());
        else if (end == "close")
            await channel.CallAsync<ChannelClose, ChannelCloseOk>(new ChannelClose(200, "", 0, 0));
        else
            await client.DisposeAsync();

        await Eventually.Holds(
            () => broker.Broker.Broker.Memory.Held.Bytes <= before + 4_096,
            () => $"{broker.Broker.Broker.Memory.Held.Bytes} bytes are held; before there were {before}");
    }
}
