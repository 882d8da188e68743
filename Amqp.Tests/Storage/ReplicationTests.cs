using System.Globalization;
using Amqp.Storage;
using Amqp.Storage.Configuration;
using Amqp.Storage.Files;
using Amqp.Storage.Replication;
using Amqp.Tests.Support;

namespace Amqp.Tests.Storage;

/// <summary>A follower gets the files of its leader, whenever and however often it connects.</summary>
public sealed class ReplicationTests
{
    private const int OpenedShare = 3; // one of this many directories is opened; another run opens others

    private static readonly StoreOptions _options = new()
    {
        BlockSize = 4 << 10,
        SegmentSize = 16 << 10,
        ResidentBytes = 8 << 10,
        MaxMessagesInMemory = 50,
        SyncInterval = TimeSpan.FromMilliseconds(20),
    };

    [Test]
    public async Task The_files_of_a_follower_are_those_of_its_leader()
    {
        using var pair = new ReplicatedPair();
        pair.Connect();
        await using (var run = new StoreRun(pair.Leader.Path, _options, pair.Files))
            await WorkAsync(run, 0, 40);
        await pair.CatchUpAsync();

        AssertSame(pair);
        Assert.That(pair.Leader.SegmentFiles, Is.Not.Empty);
    }

    /// <summary>The follower comes while the leader works, with files of its own that contradict the leader's.</summary>
    [Test]
    public async Task A_follower_with_other_files_gets_those_of_its_leader_while_it_works()
    {
        using var pair = new ReplicatedPair();
        await using (var other = new StoreRun(pair.Follower.Path, _options))
            await WorkAsync(other, 0, 30);
        await using (var run = new StoreRun(pair.Leader.Path, _options, pair.Files))
        {
            await WorkAsync(run, 100, 30);
            pair.Connect();
            await WorkAsync(run, 200, 30);
        }
        await pair.CatchUpAsync();

        AssertSame(pair);
    }

    [Test]
    public async Task A_follower_whose_connection_breaks_anywhere_goes_on_from_there()
    {
        var random = new Random(TestRounds.Seed);
        using var pair = new ReplicatedPair();
        pair.Connect();
        await using (var run = new StoreRun(pair.Leader.Path, _options, pair.Files))
        {
            await pair.CatchUpAsync();
            pair.Disconnect();
            File.WriteAllText(Path.Combine(pair.Follower.Segments, "superfluous"), ""); // a copy of all files would delete it
            await WorkAsync(run, 0, 20);
            for (int cut = 0; cut < 200 && pair.Left() is var left and > 0; cut++)
            {
                pair.Connect(most: 9 + random.NextInt64(Math.Min(left, 2_000)));
                pair.WaitForEnd();
            }
        }
        pair.Connect();
        await pair.CatchUpAsync();

        Assert.That(File.Exists(Path.Combine(pair.Follower.Segments, "superfluous")), "the files were not copied again");
        File.Delete(Path.Combine(pair.Follower.Segments, "superfluous"));
        AssertSame(pair);
    }

    [Test]
    public async Task A_follower_that_missed_more_than_the_ring_holds_gets_the_files_that_differ()
    {
        using var pair = new ReplicatedPair(new ReplicationOptions { RingSize = 64 << 10 });
        pair.Connect();
        await using (var run = new StoreRun(pair.Leader.Path, _options, pair.Files))
        {
            await pair.CatchUpAsync();
            pair.Disconnect();
            await WorkAsync(run, 0, 40);
            Assert.That(pair.Log.PositionAfter(pair.FollowerStore.Last), Is.Null);
            pair.Connect();
        }
        await pair.CatchUpAsync();

        AssertSame(pair);
    }

    /// <summary>A write that does not fit on the leader's disk is done again later. Followers see it once.</summary>
    [Test]
    public async Task A_write_that_failed_on_the_leader_does_not_reach_the_follower()
    {
        var files = new FaultyFiles();
        using var pair = new ReplicatedPair(leaderFiles: files);
        pair.Connect();
        await using (var run = new StoreRun(pair.Leader.Path, _options, pair.Files))
        {
            await pair.CatchUpAsync();
            int left = 5;
            files.Room = name => name.EndsWith(".log", StringComparison.Ordinal) && Interlocked.Decrement(ref left) > 0 ? 10 : int.MaxValue;
            await WorkAsync(run, 0, 10);
            Assert.That(left, Is.LessThan(1));
        }
        await pair.CatchUpAsync();

        AssertSame(pair);
    }

    /// <summary>Whatever the follower has received when its leader dies, it is a store without damage.</summary>
    [Test]
    public async Task A_directory_that_ends_with_any_operation_opens_without_damage()
    {
        using var pair = new ReplicatedPair(new ReplicationOptions { RingSize = 32 << 20 });
        await using (var run = new StoreRun(pair.Leader.Path, _options, pair.Files))
            await WorkAsync(run, 0, 14);
        long at = 0;
        var frames = new FrameReader(target =>
        {
            int count = pair.Log.Ring.Read(at, target);
            at += count;
            return count;
        });
        using var follower = new FollowerStore(new DiskFiles(), pair.Follower.Path);
        follower.Accept(1);
        int operations = 0;
        var random = new Random(TestRounds.Seed);
        while (frames.TryRead(out var frame))
        {
            follower.Apply(OperationFrame.Read(frame), frame);
            operations++;
            if (random.Next(OpenedShare) == 0)
                OpenCopy(pair.Follower, operations);
        }
        Assert.That(operations, Is.GreaterThan(200));
        AssertSame(pair);
    }

    private static void OpenCopy(TestFolder follower, int operations)
    {
        using var copy = follower.Copy();
        using var directory = DataDirectory.Open(copy.Path, _options);
        directory.OpenStore(new HashSet<uint> { 1, 2 });
        Assert.That(directory.Report.Findings, Is.Empty, $"after {operations} operations");
    }

    private static void AssertSame(ReplicatedPair pair) =>
        Assert.That(ReplicatedPair.FilesOf(pair.Follower), Is.EquivalentTo(ReplicatedPair.FilesOf(pair.Leader)));

    /// <summary>Publishes and consumes, so that segments are written, indexed, compacted and deleted, and changes definitions.</summary>
    private static async Task WorkAsync(StoreRun run, int seed, int rounds)
    {
        var random = new Random(seed);
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < 20; i++)
                run.Store.Publish(new string('x', random.Next(600)), StoreActions.Persistent, i % 7 == 0 ? run.Second : run.First);
            while (run.First.Count > 30 || (run.First.Count > 0 && random.Next(20) != 0))
                run.Store.Consume(run.First);
            if (random.Next(3) == 0 && run.Second.Count > 0)
                run.Store.Consume(run.Second);
            run.Catalog.Put(
                string.Create(CultureInfo.InvariantCulture, $"key {random.Next(3)}"), new byte[random.Next(4) == 0 ? 40_000 : 20]);
            if (round % 3 == 0)
                await run.SettleDownAsync();
        }
        await run.SettleDownAsync();
    }
}
