using Amqp.Storage.Files;
using Amqp.Storage.Replication;

namespace Amqp.Tests.Storage;

/// <summary>What a sync of a leader waits for, and what followers refuse.</summary>
public sealed class InSyncSetTests
{
    private static readonly TimeSpan _short = TimeSpan.FromMilliseconds(100);

    [Test]
    public async Task A_sync_waits_for_every_replica_in_the_set()
    {
        var log = new ReplicationLog(1, new ReplicationOptions { RingSize = 4096, ReplicaTimeout = TimeSpan.FromMinutes(1) });
        Replica[] replicas = [new("a", () => { }), new("b", () => { })];
        Array.ForEach(replicas, log.Join);
        ulong number = Append(log);

        var waiting = Task.Run(() => log.WaitForReplicas(number));
        log.NoteDurable(replicas[0], number);
        Assert.That(await Task.WhenAny(waiting, Task.Delay(_short)), Is.Not.SameAs(waiting));

        log.NoteDurable(replicas[1], number);
        await waiting.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Test]
    public async Task A_replica_that_does_not_answer_is_removed_from_the_set_before_anything_is_durable_without_it()
    {
        var log = new ReplicationLog(1, new ReplicationOptions { RingSize = 4096, ReplicaTimeout = _short });
        var dropped = new TaskCompletionSource();
        var silent = new Replica("silent", dropped.SetResult);
        log.Join(silent);
        var removing = new TaskCompletionSource();
        using var mayRemove = new ManualResetEventSlim();
        log.Removing = replica =>
        {
            Assert.That(replica, Is.SameAs(silent));
            removing.SetResult();
            mayRemove.Wait();
        };
        ulong number = Append(log);

        var waiting = Task.Run(() => log.WaitForReplicas(number));
        await removing.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(waiting.IsCompleted, Is.False, "the replica is still in the set");
        mayRemove.Set();

        await waiting.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(log.InSync, Is.Empty);
        await dropped.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Test]
    public async Task Nothing_is_durable_while_a_silent_replica_cannot_be_removed()
    {
        var log = new ReplicationLog(1, new ReplicationOptions { RingSize = 4096, ReplicaTimeout = _short });
        log.Join(new Replica("silent", () => { }));
        int attempts = 0;
        log.Removing = _ =>
        {
            if (Interlocked.Increment(ref attempts) < 3)
                throw new IOException("the coordinator does not answer");
        };
        ulong number = Append(log);

        await Task.Run(() => log.WaitForReplicas(number)).WaitAsync(TimeSpan.FromSeconds(10));

        Assert.That(attempts, Is.EqualTo(3));
    }

    [Test]
    public async Task Nothing_is_durable_with_fewer_replicas_than_demanded()
    {
        var log = new ReplicationLog(1, new ReplicationOptions { RingSize = 4096, MinInSync = 2, ReplicaTimeout = _short });
        ulong number = Append(log);

        var waiting = Task.Run(() => log.WaitForReplicas(number));
        Assert.That(await Task.WhenAny(waiting, Task.Delay(3 * _short)), Is.Not.SameAs(waiting));
        var replica = new Replica("late", () => { });
        log.NoteDurable(replica, number);
        log.Join(replica);

        await waiting.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Test]
    public async Task A_wait_ends_with_an_error_when_the_replication_ends()
    {
        var log = new ReplicationLog(1, new ReplicationOptions { RingSize = 4096, MinInSync = 2 });
        ulong number = Append(log);
        var waiting = Task.Run(() => log.WaitForReplicas(number));

        log.Close();

        await Assert.ThrowsAsync<IOException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    /// <summary>A replica in the set gets all operations, even if it is slow: the leader waits before it overwrites them.</summary>
    [Test]
    public async Task The_ring_does_not_overwrite_what_a_replica_in_the_set_has_not_received()
    {
        var log = new ReplicationLog(1, new ReplicationOptions { RingSize = 4096, ReplicaTimeout = TimeSpan.FromMinutes(1) });
        var slow = new Replica("slow", () => { });
        log.Join(slow);

        var filling = Task.Run(() =>
        {
            for (int i = 0; i < 200; i++)
                Append(log);
        });
        Assert.That(await Task.WhenAny(filling, Task.Delay(_short)), Is.Not.SameAs(filling));
        Assert.That(log.Ring.Start, Is.Zero);
        while (!filling.IsCompleted)
            log.NoteSent(slow, log.Ring.End);

        await filling;
        Assert.That(log.Last, Is.EqualTo(200));
    }

    [Test]
    public void The_stream_of_an_older_epoch_is_refused_even_after_a_restart()
    {
        using var folder = new TestFolder();
        using (var store = new FollowerStore(new DiskFiles(), folder.Path))
            store.Accept(7);

        using var again = new FollowerStore(new DiskFiles(), folder.Path);

        Assert.That(() => again.Accept(6), Throws.TypeOf<InvalidDataException>().With.Message.Contains("epoch 6"));
        again.Accept(7);
        Assert.That(again.State, Is.EqualTo(new ReplicaState(7, IsComplete: true)));
    }

    [TestCase("../outside")]
    [TestCase("segments/../../outside")]
    [TestCase("/outside")]
    [TestCase("lock")]
    [TestCase("pages/1.page")]
    [TestCase("replica")]
    public void An_operation_on_a_file_that_is_not_replicated_is_refused(string path)
    {
        using var folder = new TestFolder();
        using var store = new FollowerStore(new DiskFiles(), folder.Path);
        store.Accept(1);

        Assert.That(
            () => store.Apply(new FileOperation
            {
                Number = 1,
                Epoch = 1,
                Kind = FileOperationKind.Create,
                Path = System.Text.Encoding.UTF8.GetBytes(path),
            }),
            Throws.TypeOf<InvalidDataException>());
    }

    [TestCase(1ul, 1ul)]
    [TestCase(3ul, 1ul)]
    [TestCase(2ul, 2ul)]
    public void An_operation_that_does_not_follow_the_last_one_is_refused(ulong number, ulong epoch)
    {
        using var folder = new TestFolder();
        using var store = new FollowerStore(new DiskFiles(), folder.Path);
        store.Accept(1);
        store.Apply(Sync(1, 1));

        Assert.That(() => store.Apply(Sync(number, epoch)), Throws.TypeOf<InvalidDataException>());
        Assert.That(store.Apply(Sync(2, 1)), "it goes on after the right one");
    }

    private static FileOperation Sync(ulong number, ulong epoch) => new()
    {
        Number = number,
        Epoch = epoch,
        Kind = FileOperationKind.SyncDirectory,
    };

    private static ulong Append(ReplicationLog log)
    {
        lock (log.Gate)
        {
            log.WaitForRoom(100);
            return log.Append(FileOperationKind.Write, "file"u8, 0, new byte[61]);
        }
    }
}
