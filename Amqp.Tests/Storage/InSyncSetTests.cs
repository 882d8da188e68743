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
        var log = Log(new ReplicationOptions { RingSize = 4096, ReplicaTimeout = TimeSpan.FromMinutes(1) });
        Replica[] replicas = [new("a", () => { }), new("b", () => { })];
        Array.ForEach(replicas, log.InSync.Join);
        ulong number = Append(log);

        var waiting = Task.Run(() => log.InSync.WaitForDurable(number));
        log.InSync.NoteAnswer(replicas[0], number, 0);
        Assert.That(await Task.WhenAny(waiting, Task.Delay(_short)), Is.Not.SameAs(waiting));

        log.InSync.NoteAnswer(replicas[1], number, 0);
        await waiting.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Test]
    public async Task A_replica_that_does_not_answer_is_removed_from_the_set_before_anything_is_durable_without_it()
    {
        var dropped = new TaskCompletionSource();
        var silent = new Replica("silent", dropped.SetResult);
        var removing = new TaskCompletionSource();
        using var mayRemove = new ManualResetEventSlim();
        var log = Log(new ReplicationOptions { RingSize = 4096, ReplicaTimeout = _short }, names =>
        {
            if (names.Count > 0)
                return;
            removing.SetResult();
            mayRemove.Wait();
        });
        log.InSync.Join(silent);
        ulong number = Append(log);

        var waiting = Task.Run(() => log.InSync.WaitForDurable(number));
        await removing.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(waiting.IsCompleted, Is.False, "the replica is still in the set");
        mayRemove.Set();

        await waiting.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(log.InSync.Names, Is.Empty);
        await dropped.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Test]
    public async Task Nothing_is_durable_while_a_silent_replica_cannot_be_removed()
    {
        int attempts = 0;
        var log = Log(new ReplicationOptions { RingSize = 4096, ReplicaTimeout = _short }, names =>
        {
            if (names.Count == 0 && Interlocked.Increment(ref attempts) < 3)
                throw new IOException("the coordinator does not answer");
        });
        log.InSync.Join(new Replica("silent", () => { }));
        ulong number = Append(log);

        await Task.Run(() => log.InSync.WaitForDurable(number)).WaitAsync(TimeSpan.FromSeconds(10));

        Assert.That(attempts, Is.EqualTo(3));
    }

    [Test]
    public async Task Nothing_is_durable_with_fewer_replicas_than_demanded()
    {
        var log = Log(new ReplicationOptions { RingSize = 4096, MinInSync = 2, ReplicaTimeout = _short });
        ulong number = Append(log);

        var waiting = Task.Run(() => log.InSync.WaitForDurable(number));
        Assert.That(await Task.WhenAny(waiting, Task.Delay(3 * _short)), Is.Not.SameAs(waiting));
        var replica = new Replica("late", () => { });
        log.InSync.NoteAnswer(replica, number, 0);
        log.InSync.Join(replica);

        await waiting.WaitAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>A follower that the coordinator does not have cannot lead, and messages that only it has would be lost.</summary>
    [Test]
    public async Task A_follower_counts_when_the_coordinator_has_it_as_a_member()
    {
        using var mayAdd = new ManualResetEventSlim();
        var options = new ReplicationOptions { RingSize = 4096, MinInSync = 2, ReplicaTimeout = TimeSpan.FromMinutes(1) };
        var log = Log(options, _ => mayAdd.Wait());
        ulong number = Append(log);
        var replica = new Replica("new", () => { });
        log.InSync.NoteAnswer(replica, number, 0);

        var joining = Task.Run(() => log.InSync.Join(replica));
        var waiting = Task.Run(() => log.InSync.WaitForDurable(number));
        Assert.That(await Task.WhenAny(waiting, Task.Delay(_short)), Is.Not.SameAs(waiting));
        Assert.That(log.InSync.IsTooSmall);
        mayAdd.Set();

        await joining.WaitAsync(TimeSpan.FromSeconds(10));
        await waiting.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(log.InSync.IsTooSmall, Is.False);
    }

    [Test]
    public async Task A_sync_of_a_new_leader_waits_for_the_members_of_the_set_that_have_no_link_yet()
    {
        string[]? set = null;
        var options = new ReplicationOptions { RingSize = 4096, ReplicaTimeout = TimeSpan.FromMinutes(1) };
        var log = new ReplicationLog(2, options, new InSyncSet(options, names => set = [.. names], ["a", "b"]));
        ulong number = Append(log);
        var waiting = Task.Run(() => log.InSync.WaitForDurable(number));
        var replica = new Replica("a", () => { });
        log.InSync.NoteAnswer(replica, number, 0);
        log.InSync.Join(replica);
        Assert.That(await Task.WhenAny(waiting, Task.Delay(_short)), Is.Not.SameAs(waiting));

        log.InSync.Expel("b");

        await waiting.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(set, Is.EqualTo(["a"]));
    }

    [Test]
    public void A_follower_is_not_copied_to_while_the_coordinator_may_have_it_in_the_set()
    {
        var options = new ReplicationOptions { RingSize = 4096 };
        var set = new InSyncSet(options, _ => throw new IOException("the coordinator does not answer"), ["a"]);

        Assert.That(() => set.Expel("a"), Throws.TypeOf<IOException>());
        set.Expel("unknown");
        Assert.That(set.Names, Is.EqualTo(["a"]));
    }

    [Test]
    public async Task A_wait_ends_with_an_error_when_the_replication_ends()
    {
        var log = Log(new ReplicationOptions { RingSize = 4096, MinInSync = 2 });
        ulong number = Append(log);
        var waiting = Task.Run(() => log.InSync.WaitForDurable(number));

        log.InSync.Close();

        await Assert.ThrowsAsync<IOException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    /// <summary>A replica in the set gets all operations, even if it is slow: the leader waits before it overwrites them.</summary>
    [Test]
    public async Task The_ring_does_not_overwrite_what_a_replica_in_the_set_has_not_received()
    {
        var log = Log(new ReplicationOptions { RingSize = 4096, ReplicaTimeout = TimeSpan.FromMinutes(1) });
        var slow = new Replica("slow", () => { });
        log.InSync.Join(slow);

        var filling = Task.Run(() =>
        {
            for (int i = 0; i < 200; i++)
                Append(log);
        });
        Assert.That(await Task.WhenAny(filling, Task.Delay(_short)), Is.Not.SameAs(filling));
        Assert.That(log.Ring.Start, Is.Zero);
        while (!filling.IsCompleted)
            log.InSync.NoteSent(slow, log.Ring.End);

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
            }, default),
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
        store.Apply(Sync(1, 1), default);

        Assert.That(() => store.Apply(Sync(number, epoch), default), Throws.TypeOf<InvalidDataException>());
        Assert.That(store.Apply(Sync(2, 1), default), "it goes on after the right one");
    }

    private static ReplicationLog Log(ReplicationOptions options, Action<IReadOnlyCollection<string>>? change = null) =>
        new(1, options, new InSyncSet(options, change ?? (_ => { }), []));

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
