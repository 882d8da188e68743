using Amqp.Storage;
using Amqp.Storage.Configuration;
using Amqp.Storage.Log;
using Amqp.Storage.Messages;
using Amqp.Storage.Records;
using Amqp.Tests.Support;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>The disk reserve lets consumers drain queues while the disk is full. Publishers do not use the reserve.</summary>
public sealed class DiskReserveTests
{
    private const int Reserve = 64 << 10;
    private const int Room = 256 << 10;

    private static readonly StoreOptions _options = new()
    {
        BlockSize = 4 << 10,
        SegmentSize = 16 << 10,
        ResidentBytes = 8 << 10,
        MaxUnwrittenBytes = 32 << 10,
        SyncInterval = TimeSpan.FromMilliseconds(20),
        DiskReserveBytes = Reserve,
        BackgroundRetryDelay = TimeSpan.FromMilliseconds(50),
    };

    private TestFolder _folder = null!;
    private BoundedFiles _files = null!;

    private string ReservePath => Path.Combine(_folder.Path, "reserve");

    private long ReserveLength => new FileInfo(ReservePath).Length;

    [SetUp]
    public void Create()
    {
        _folder = new TestFolder();
        _files = new BoundedFiles(Room);
    }

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task It_is_there_from_the_start_whatever_the_last_run_left_of_it([Values(-1, 0, 1, 5_000, Reserve, Reserve + 1)] int left)
    {
        if (left >= 0)
            await File.WriteAllBytesAsync(ReservePath, new byte[left]);

        await using var run = Start();

        Assert.That((ReserveLength, run.Store.IsFull), Is.EqualTo(((long)Reserve, false)));
    }

    [Test]
    public async Task It_goes_when_it_is_switched_off()
    {
        await using (Start())
            Assert.That(File.Exists(ReservePath), Is.True);

        await using var run = new StoreRun(_folder.Path, StoreRun.Small, _files);

        Assert.That((File.Exists(ReservePath), run.Store.IsFull), Is.EqualTo((false, false)));
    }

    [TestCase(64 << 10, 4 << 10, 16)]
    [TestCase(160 << 10, 10 << 10, 16)]
    [TestCase(10 << 10, 4 << 10, 3)]
    public void It_is_given_up_in_pieces_until_nothing_is_left_and_restored_as_a_whole(int size, int piece, int pieces)
    {
        using var reserve = new DiskReserve(_files, ReservePath, size);
        reserve.Open();
        for (int given = 1; given <= pieces; given++)
        {
            Assert.That(reserve.TryShrink(), Is.True);
            Assert.That((ReserveLength, reserve.IsWhole), Is.EqualTo(((long)Math.Max(0, size - given * piece), false)));
        }
        Assert.That(reserve.TryShrink(), Is.False);
        _files.Fill();
        _files.Free(size - 1);
        Assert.That(
            (reserve.TryRestore(), ReserveLength, reserve.IsWhole),
            Is.EqualTo((false, 0L, false)),
            "a failed attempt frees the space that it took");

        _files.Free(1);

        Assert.That((reserve.TryRestore(), ReserveLength, reserve.IsWhole), Is.EqualTo((true, (long)size, true)));
    }

    [TestCase(Reserve, Reserve)]
    [TestCase(Reserve - 1, 0)]
    public void It_is_lent_to_a_start_only_where_less_is_free_than_it_is_itself(int free, int left)
    {
        File.WriteAllBytes(ReservePath, new byte[Reserve]);
        var files = BoundedFiles.FullWith(_folder.Path);
        files.Free(free);

        new DiskReserve(files, ReservePath, Reserve).ReleaseForStart();

        Assert.That(ReserveLength, Is.EqualTo(left));
    }

    [Test]
    public void It_is_as_large_as_a_segment_where_that_is_no_more_than_a_twentieth_of_the_disk()
    {
        long twentieth = new DriveInfo(_folder.Path).TotalSize / 20;

        Assert.That(DiskReserve.DefaultSize(_folder.Path, 4 << 10), Is.EqualTo(4 << 10));
        Assert.That(DiskReserve.DefaultSize(_folder.Path, twentieth + 1), Is.EqualTo(twentieth));
    }

    [Test]
    public async Task Publishers_get_nothing_of_it()
    {
        await using var run = Start();
        await FillAsync(run);

        int before = _files.Refusals;
        await Eventually.Holds(() => _files.Refusals > before + 3, () => "the write is not retried");
        Assert.That(ReserveLength, Is.EqualTo(Reserve));
        _files.Free(Room);
        await Eventually.Holds(() => !run.Store.IsFull, () => "the store is still full although the disk has space");
    }

    [Test]
    public async Task What_waits_for_room_is_no_more_than_could_be_written_from_it()
    {
        await using var run = new StoreRun(
            _folder.Path,
            new()
            {
                BlockSize = 4 << 10,
                SegmentSize = 16 << 10,
                MaxUnwrittenBytes = 10 << 20,
                SyncInterval = TimeSpan.FromMilliseconds(20),
                DiskReserveBytes = Reserve
            },
            _files);
        _files.Fill();
        while (!run.Store.IsBehind)
            run.Store.Publish(Text(0), Persistent, run.First);

        Assert.That(run.Store.AppendedPosition, Is.InRange(Reserve / 2, Reserve * 3 / 4));
        run.Store.Settle(run.First, run.First.TakeAll());
        // The last segment has just begun. The store does not use the reserve to complete it, so the test frees some space.
        _files.Free(8 << 10);

        await DrainedAsync(run);
    }

    [Test]
    public async Task What_is_settled_for_the_sake_of_a_message_is_written_from_it_and_makes_room()
    {
        await using var run = Start();
        int published = await FillAsync(run);
        run.Store.Publish("instead", Persistent, run.Second);

        run.Store.Settle(run.First, run.First.TakeAll(), isBound: true);

        await DrainedAsync(run);
        using var crashed = _files.Crash(_folder);
        await using var next = new StoreRun(crashed.Path);
        Assert.That((next.First.Count, next.Store.Texts(next.Second)), Is.EqualTo((0, new[] { "instead" })), $"of {published}");
    }

    [Test]
    public async Task One_after_the_other_consumed_makes_room()
    {
        await using var run = Start();
        int published = await FillAsync(run);

        for (int i = 0; i < published; i++)
            Assert.That(run.Store.Consume(run.First), Is.EqualTo(Text(i)));

        await DrainedAsync(run);
    }

    [Test]
    public async Task A_segment_that_is_open_still_is_drained_too()
    {
        await using var run = new StoreRun(
            _folder.Path,
            new()
            {
                BlockSize = 4 << 10,
                SegmentSize = 2 << 20,
                MaxUnwrittenBytes = 32 << 10,
                SyncInterval = TimeSpan.FromMilliseconds(20),
                DiskReserveBytes = Reserve
            },
            _files);
        run.Store.Publish(new byte[1_000], Persistent, run.First);
        await run.CommitAsync();
        _files.Free(2 << 20);
        for (int i = 0; i < 1_200; i++)
            run.Store.Publish(new byte[1_000], Persistent, run.First);
        await run.CommitAsync();
        _files.Fill();
        long allocated = new FileInfo(_folder.SegmentFiles.Single()).Length;
        while (FileHeader.Size + run.Store.AppendedPosition + 2_000 < allocated)
            run.Store.Publish(new byte[1_000], Persistent, run.First);
        await run.CommitAsync();
        run.Store.Publish(new byte[2_000], Persistent, run.First);
        await FullAsync(run);

        run.Store.Settle(run.First, run.First.TakeAll());

        await DrainedAsync(run);
    }

    [Test]
    public async Task A_segment_with_a_delivered_mark_goes_with_its_help()
    {
        await using var run = Start();
        await FillAsync(run);
        StoredMessage[] held = run.First.TakeAll();
        run.Store.NoteDelivered(run.First, held[^1]);

        run.Store.Settle(run.First, held);

        await DrainedAsync(run);
    }

    [Test]
    public async Task Acknowledgements_of_a_segment_that_stays_are_written_from_it_so_that_the_others_go()
    {
        await using var run = Start();
        run.Store.Publish("stays", Persistent, run.Second);
        await FillAsync(run);
        await ((FileMessageStore)run.Store).WhenIdleAsync();
        int before = _folder.SegmentFiles.Length;

        run.Store.Settle(run.First, run.First.TakeAll());

        await DrainedAsync(run, segments: before / 2);
        using var crashed = _files.Crash(_folder);
        await using var next = new StoreRun(crashed.Path);
        Assert.That((next.First.Count, next.Store.Texts(next.Second)), Is.EqualTo((0, new[] { "stays" })));
    }

    [Test]
    public async Task A_start_on_a_disk_that_is_full_still_blocks_publishers_until_it_is_whole_and_is_drained()
    {
        int published;
        await using (var run = Start())
            published = await FillAsync(run);
        Assert.That(ReserveLength, Is.EqualTo(Reserve));
        _files = BoundedFiles.FullWith(_folder.Path);

        await using var next = Start();
        Assert.That(next.Store.IsFull, Is.True);
        Assert.That(next.First.Count, Is.InRange(1, published), "messages that were not written are lost");
        next.Store.Settle(next.First, next.First.TakeAll());

        await DrainedAsync(next);
    }

    [Test]
    public async Task A_crash_at_any_time_leaves_what_was_confirmed_and_a_disk_that_can_be_drained([Values(1, 2, 3, 4, 5)] int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 10; round++)
        {
            var expected = new List<string>();
            // Each message in expected has an entry with sequence numbers of durable messages. These may be settled only after the expected
            // message is durable.
            var settledFor = new List<long[]>();
            long confirmed = 0;
            using var crashed = await RunAsync();
            await using var next = new StoreRun(crashed.Path, _options);
            string[] found = next.Store.Texts(next.Second);
            Assert.That(found, Is.EqualTo(expected[..found.Length]), $"seed {seed}, round {round}");
            Assert.That(found, Has.Length.GreaterThanOrEqualTo(confirmed));
            StoredMessage[] left = next.First.TakeAll();
            Assert.That(
                left.Select(message => message.Sequence),
                Is.SupersetOf(settledFor.Skip(found.Length).SelectMany(sequences => sequences)),
                "no message is settled whose dead letter is lost");
            next.Store.Settle(next.First, left);
            next.Store.Settle(next.Second, next.Second.TakeAll());
            await DrainedAsync(next, crashed);

            async Task<TestFolder> RunAsync()
            {
                using var folder = new TestFolder();
                var files = new BoundedFiles(Room);
                await using var run = new StoreRun(folder.Path, _options, files);
                var positions = new List<long>();
                await FillAsync(run, files, positions);
                var held = new Queue<StoredMessage>(run.First.TakeAll());
                int steps = random.Next(60);
                for (int step = 0; step < steps; step++)
                {
                    int count = Math.Min(random.Next(1, 20), held.Count);
                    StoredMessage[] some = [.. Enumerable.Range(0, count).Select(_ => held.Dequeue())];
                    bool isBound = random.Next(3) == 0;
                    if (isBound)
                    {
                        expected.Add($"letter {step}");
                        settledFor.Add([
                            .. some.Select(message => message.Sequence)
                                .Where(sequence => positions[(int)sequence - 1] <= run.Store.DurablePosition)
                        ]);
                        long position = run.Store.Publish(expected[^1], Persistent, run.Second);
                        run.Store.RequestCommit(position);
                    }
                    run.Store.Settle(run.First, some, isBound);
                    if (random.Next(4) == 0)
                        await Task.Delay(random.Next(5));
                }
                long durable = run.Store.DurablePosition;
                confirmed = durable == run.Store.AppendedPosition ? expected.Count : 0;
                return files.Crash(folder);
            }
        }
    }

    private StoreRun Start() => new(_folder.Path, _options, _files);

    private static string Text(int number) => $"text {number} {new string('x', 400)}";

    private Task<int> FillAsync(StoreRun run) => FillAsync(run, _files);

    /// <summary>
    /// Publishes until the store blocks publishers, then takes the last free bytes of the disk. Returns the number of messages.
    /// </summary>
    private static async Task<int> FillAsync(StoreRun run, BoundedFiles files, List<long>? positions = null)
    {
        int published = 0;
        for (; !run.Store.IsFull; published++)
        {
            long position = run.Store.Publish(Text(published), Persistent, run.First);
            positions?.Add(position);
            if (run.Store.IsBehind)
                await Task.WhenAny(run.Store.WaitForRoomAsync(), Task.Delay(20));
            if (published > 10_000)
                Assert.Fail("the disk does not become full");
        }
        files.Fill();
        return published;
    }

    private static Task FullAsync(StoreRun run) => Eventually.Holds(() => run.Store.IsFull, () => "the store is not full");

    private Task DrainedAsync(StoreRun run, int segments = 1) => DrainedAsync(run, _folder, segments);

    /// <summary>
    /// Waits until the given number of segments is left. Then the disk reserve must have its whole size, and a commit must succeed.
    /// </summary>
    private static async Task DrainedAsync(StoreRun run, TestFolder folder, int segments = 1)
    {
        string reserve = Path.Combine(folder.Path, "reserve");
        await Eventually.Holds(
            () => folder.SegmentFiles.Length <= segments && !run.Store.IsFull,
            () => $"{folder.SegmentFiles.Length} segments are left, {new FileInfo(reserve).Length} "
                + $"bytes of the reserve, full: {run.Store.IsFull}");
        Assert.That(new FileInfo(reserve).Length, Is.EqualTo(Reserve));
        await run.CommitAsync();
    }
}
