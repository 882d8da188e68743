using Amqp.Storage;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Records;
using Amqp.Tests.Support;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>While the disk is full, the store waits for space. The store confirms nothing and loses no message.</summary>
public sealed class FullDiskStoreTests
{
    private const string FirstSegment = "0000000000000001.log";
    private const string SecondSegment = "0000000000000002.log";
    private const int LargeMessage = 10_000;
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(10);

    private TestFolder _folder = null!;
    private FaultyFiles _files = null!;
    private volatile bool _isFull;
    private int _tries; // number of attempts to write to the log or to create a segment

    [SetUp]
    public void Create()
    {
        _folder = new TestFolder();
        _files = new FaultyFiles();
        (_isFull, _tries) = (false, 0);
        DataDirectory.Open(_folder.Path, StoreRun.Small).Dispose(); // creates the catalog and the other files of an empty data directory
    }

    [TearDown]
    public void Delete() => _folder.Dispose();

    [TestCase(FirstSegment, -1, 0, TestName = "No_room_for_the_first_file")]
    [TestCase(FirstSegment, 5, 0, TestName = "No_room_for_the_header_of_the_first_file")]
    [TestCase(FirstSegment, 24, 0, TestName = "No_room_for_the_first_record")]
    [TestCase(FirstSegment, 30, 0, TestName = "No_room_for_all_of_the_first_record")]
    [TestCase(FirstSegment, 0, 10, TestName = "No_room_for_the_rest_of_a_block")]
    [TestCase(FirstSegment, 100, 10, TestName = "No_room_for_all_of_the_rest_of_a_block")]
    [TestCase(FirstSegment, 400, 10, TestName = "No_room_for_the_end_of_a_record")]
    [TestCase(SecondSegment, -1, 10, TestName = "No_room_for_another_file")]
    [TestCase(SecondSegment, 5, 10, TestName = "No_room_for_the_header_of_another_file")]
    [TestCase(SecondSegment, 24, 10, TestName = "No_room_for_the_first_record_of_another_file")]
    [TestCase(SecondSegment, 400, 10, TestName = "No_room_for_all_of_the_first_record_of_another_file")]
    public async Task What_waits_for_room_is_committed_once_there_is_some(string file, int room, int messagesBefore)
    {
        string[] before = Texts("before", messagesBefore);
        string[] later = Texts("later", 70);
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            Publish(run, before);
            await run.CommitAsync();
            var told = new List<bool>();
            run.Store.Committed += () => told.Add(run.Store.IsFull);
            Fill(file, room);

            long[] positions = Publish(run, later);
            Task committed = run.Store.WaitForCommitAsync(run.Store.AppendedPosition);
            await FullAsync(run);
            long durable = run.Store.DurablePosition;
            await TriesAsync(3);
            using (TestFolder crashed = _folder.Copy())
                await ExpectAsync(
                    crashed.Path, [.. before, .. later], atLeast: before.Length + positions.Count(position => position <= durable));
            Assert.That(run.Store.DurablePosition, Is.EqualTo(durable));
            Assert.That(committed.IsCompleted, Is.False);
            Assert.That(run.Store.Failure, Is.Null);
            Assert.That(run.Store.Texts(run.First), Is.EqualTo(before.Concat(later)), "messages in memory are still delivered");

            _isFull = false;
            await committed.WaitAsync(_soon);
            Assert.That(run.Store.IsFull, Is.False);
            Assert.That(told, Does.Contain(true));
            Assert.That(told[^1], Is.False, "the end of the full state is reported");
        }
        await ExpectAsync(_folder.Path, [.. before, .. later], before.Length + later.Length);
    }

    [TestCase(1)]
    [TestCase(5_000)]
    [TestCase(LargeMessage)]
    public async Task A_record_that_lacks_its_last_bytes_is_written_whole_once_there_is_room(int lacking)
    {
        string[] texts = ["before", new string('x', LargeMessage), "after"];
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            Publish(run, texts[..1]);
            await run.CommitAsync();
            Fill(FirstSegment, MessageRecord.PayloadAt(1) + LargeMessage - lacking);
            Publish(run, texts[1..]);
            Task committed = run.CommitAsync();
            await FullAsync(run);
            using (TestFolder crashed = _folder.Copy())
                await ExpectAsync(crashed.Path, texts, atLeast: 1);

            _isFull = false;
            await committed;
        }
        await ExpectAsync(_folder.Path, texts, texts.Length);
    }

    [Test]
    [Platform("Linux")]
    public async Task A_quota_that_is_used_up_is_a_full_disk()
    {
        string[] texts = Texts("text", 3);
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            _files.Before = (call, name) =>
            {
                if ((call, name) == ("write", FirstSegment) && Interlocked.Increment(ref _tries) < 4)
                    throw new IOException("Disk quota exceeded", 122); // EDQUOT
            };
            Publish(run, texts);
            await run.CommitAsync();
            Assert.That(_tries, Is.GreaterThanOrEqualTo(4));
        }
        await ExpectAsync(_folder.Path, texts, texts.Length);
    }

    [Test]
    public async Task Consumers_make_room_on_a_full_disk()
    {
        string[] texts = Texts("text", 200);
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            Publish(run, texts);
            await run.CommitAsync();
            Fill("", 0);
            for (int i = 0; i < texts.Length; i++)
                Assert.That(run.Store.Consume(run.First), Is.EqualTo(texts[i]));
            await FullAsync(run);

            await Eventually.Holds(() => _folder.SegmentFiles.Length <= 1, () => $"{_folder.SegmentFiles.Length} segments are left");
            Assert.That(run.Store.IsFull, Is.True, "no settle was written");
            using (TestFolder crashed = _folder.Copy())
            {
                await using var next = new StoreRun(crashed.Path);
                string[] back = next.Store.Texts(next.First);
                Assert.That(back, Is.EqualTo(texts[^back.Length..]), "only messages still on the disk may be ready again");
            }

            _isFull = false;
            await run.CommitAsync();
        }
        await ExpectAsync(_folder.Path, [], 0);
    }

    [Test]
    public async Task What_was_settled_for_the_sake_of_a_message_makes_no_room_before_that_is_written()
    {
        string[] texts = Texts("text", 200);
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            Publish(run, texts);
            await run.CommitAsync();
            int segments = _folder.SegmentFiles.Length;
            Fill("", 0);
            run.Store.Publish("instead", Persistent, run.Second);
            run.Store.Settle(run.First, run.First.TakeAll(), isBound: true);
            await FullAsync(run);
            await TriesAsync(3);
            Assert.That(_folder.SegmentFiles, Has.Length.EqualTo(segments));
            using (TestFolder crashed = _folder.Copy())
                await ExpectAsync(crashed.Path, texts, texts.Length);

            _isFull = false;
            await run.CommitAsync();
            await Eventually.Holds(() => _folder.SegmentFiles.Length <= 1, () => $"{_folder.SegmentFiles.Length} segments are left");
        }
        await using var after = new StoreRun(_folder.Path);
        Assert.That(after.First.Count, Is.Zero);
        Assert.That(after.Store.Texts(after.Second), Is.EqualTo(new[] { "instead" }));
    }

    [Test]
    public async Task What_others_settle_makes_room_though_a_message_waits_for_whose_sake_something_was_settled()
    {
        string[] texts = Texts("text", 200);
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            run.Store.Publish("dead", Persistent, run.Second);
            Publish(run, texts);
            await run.CommitAsync();
            int segments = _folder.SegmentFiles.Length;
            Fill("", 0);
            run.Store.Publish("dead letter", Persistent, run.First);
            run.Store.Settle(run.Second, run.Second.TakeAll(), isBound: true);
            for (int i = 0; i < texts.Length; i++)
                Assert.That(run.Store.Consume(run.First), Is.EqualTo(texts[i]));
            await FullAsync(run);

            await Eventually.Holds(
                () => _folder.SegmentFiles.Length < segments / 2,
                () => $"{_folder.SegmentFiles.Length} of {segments} segments are left");
            using (TestFolder crashed = _folder.Copy())
            {
                await using var next = new StoreRun(crashed.Path);
                Assert.That(next.Store.Texts(next.Second), Is.EqualTo(new[] { "dead" }), "the copy of the message was not written");
            }

            _isFull = false;
            await run.CommitAsync();
        }
        await using var after = new StoreRun(_folder.Path);
        Assert.That(after.Second.Count, Is.Zero);
        Assert.That(after.Store.Texts(after.First), Is.EqualTo(new[] { "dead letter" }));
    }

    [Test]
    public async Task A_segment_with_a_delivered_mark_stays_while_the_disk_is_full_and_goes_then([Values] bool isReplaced)
    {
        await using var run = new StoreRun(_folder.Path, files: _files);
        Publish(run, Texts("text", 30));
        StoredMessage[] held = run.First.TakeAll();
        run.Store.NoteDelivered(run.First, held[^2]);
        Publish(run, Texts("text", 100));
        await run.CommitAsync();
        string marked = _folder.SegmentFiles[0];
        Fill("", 0);
        if (isReplaced)
            run.Store.NoteDelivered(run.First, held[^1]);
        run.Store.Settle(run.First, held);
        run.Store.Purge(run.First);
        await FullAsync(run);
        await Eventually.Holds(() => _folder.SegmentFiles.Length <= 2, () => "the other segments are not deleted");
        await TriesAsync(3);
        Assert.That(File.Exists(marked), Is.True, "the delivered mark cannot be written again now");

        _isFull = false;
        await Eventually.Holds(() => !File.Exists(marked), () => "the segment with the mark is not deleted");
    }

    [Test]
    public async Task A_store_that_stops_while_the_disk_is_full_says_that_the_rest_is_lost_and_keeps_what_was_confirmed()
    {
        string[] before = Texts("before", 20);
        string[] later = Texts("later", 50);
        Task committed;
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            Publish(run, before);
            await run.CommitAsync();
            Fill("", 100);
            Publish(run, later);
            committed = run.Store.WaitForCommitAsync(run.Store.AppendedPosition);
            await FullAsync(run);
        }

        Assert.That(async () => await committed.WaitAsync(_soon), Throws.TypeOf<StoreFailedException>());
        await ExpectAsync(_folder.Path, [.. before, .. later], atLeast: before.Length);
    }

    private static string[] Texts(string name, int count) =>
        [.. Enumerable.Range(0, count).Select(i => $"{name} {i} {new string('x', 400)}")];

    private static long[] Publish(StoreRun run, string[] texts) =>
        [.. texts.Select(text => run.Store.Publish(text, Persistent, run.First))];

    private static Task FullAsync(StoreRun run) => Eventually.Holds(() => run.Store.IsFull, () => "the store is not full");

    /// <summary>Opens the store and expects at least the given number of these messages, in order. The last record may be torn.</summary>
    private static async Task ExpectAsync(string folder, string[] texts, int atLeast)
    {
        await using var next = new StoreRun(folder);
        string[] found = next.Store.Texts(next.First);
        Assert.That(found, Is.EqualTo(texts[..found.Length]));
        Assert.That(found, Has.Length.GreaterThanOrEqualTo(atLeast));
        Assert.That(next.Report.Findings.All(finding => finding.IsTornTail), Is.True);
    }

    /// <summary>
    /// Simulates a full disk for the files whose names end with <paramref name="file"/>, or for all logs if the argument is empty. Each
    /// write stores at most <paramref name="room"/> bytes. If <paramref name="room"/> is negative, creating a file fails, too.
    /// </summary>
    private void Fill(string file, int room)
    {
        _isFull = true;
        _files.Room = name => _isFull && IsIt(name) ? Math.Max(room, 0) : int.MaxValue;
        _files.Before = (call, name) =>
        {
            if (call is not ("create" or "allocate" or "write") || !IsIt(name))
                return;
            Interlocked.Increment(ref _tries);
            if (_isFull && (room < 0 || call == "allocate"))
                throw new IOException("No space left on device", 28); // ENOSPC
        };

        bool IsIt(string name) => name.StartsWith('0') && name.EndsWith(file.Length > 0 ? file : ".log", StringComparison.Ordinal);
    }

    private Task TriesAsync(int more)
    {
        int before = Volatile.Read(ref _tries);
        return Eventually.Holds(() => Volatile.Read(ref _tries) >= before + more, () => "the write is not retried");
    }
}
