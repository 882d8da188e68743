using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;
using Amqp.Storage;
using Amqp.Storage.Messages;
using Amqp.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amqp.Tests.Broker;

/// <summary>
/// An object that waits for a commit may throw an exception when it is notified. The store and other waiting objects are not affected.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class CommitNotifierTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestCase(1)] // few waiters are notified on the store's thread
    [TestCase(20)] // many waiters are notified on the thread pool
    public async Task An_error_of_one_waiter_reaches_neither_the_others_nor_the_store(int others)
    {
        await using var run = new StoreRun(_folder.Path);
        var notifier = new CommitNotifier(run.Store, new ContainedFaults(NullLogger.Instance, TimeProvider.System));
        for (int commit = 0; commit < 3; commit++)
        {
            var broken = new Waiter(isBroken: true);
            Waiter[] sound = [.. Enumerable.Range(0, others).Select(_ => new Waiter(isBroken: false))];
            long position = Append(run);
            foreach (var waiter in sound.Take(others / 2).Append(broken).Concat(sound.Skip(others / 2)))
                notifier.Add(waiter, position);

            run.Store.RequestCommit(position);

            await Task.WhenAll(sound.Append(broken).Select(waiter => waiter.Told)).WaitAsync(TimeSpan.FromSeconds(30));
        }
        await run.Store.WaitForCommitAsync(Append(run)).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(run.Store.Failure, Is.Null);
    }

    [Test]
    public async Task Who_comes_when_the_position_is_durable_already_is_told_without_another_commit([Values] bool hasFailed)
    {
        var files = new FaultyFiles();
        await using var run = new StoreRun(_folder.Path, files: files);
        var notifier = new CommitNotifier(run.Store, new ContainedFaults(NullLogger.Instance, TimeProvider.System));
        long position = Append(run);
        if (hasFailed)
            files.Fail((call, _) => call == "write");
        Task committed = run.Store.WaitForCommitAsync(position);
        await committed.WaitAsync(TimeSpan.FromSeconds(30)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.That((run.Store.Failure is not null, run.Store.DurablePosition == position), Is.EqualTo((hasFailed, !hasFailed)));

        var late = new Waiter(isBroken: false);
        notifier.Add(late, position);

        await late.Told.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static long Append(StoreRun run)
    {
        StoredMessage message = default;
        return run.Store.Append([run.First], "head"u8, "body"u8, true, new Span<StoredMessage>(ref message));
    }

    /// <summary>Waits to be notified of one commit.</summary>
    private sealed class Waiter(bool isBroken) : ICommitWaiter
    {
        private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>
        /// Completes when the waiter is notified of the commit. If the waiter throws an exception, completes in
        /// <see cref="OnNotifyingFailed"/>.
        /// </summary>
        public Task Told => _told.Task;

        public bool OnCommitted(IMessageStore store, DispatchRound round)
        {
            if (isBroken)
                throw new InvalidOperationException("broken");
            _told.TrySetResult();
            return false;
        }

        public void OnNotifyingFailed() => _told.TrySetResult();
    }
}
