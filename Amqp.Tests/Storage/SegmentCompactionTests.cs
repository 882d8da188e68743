using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;
using Amqp.Tests.Support;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>Compaction shrinks a segment with few live messages to its live records. The messages in the queues stay the same.</summary>
public sealed class SegmentCompactionTests
{
    private TestFolder _folder = null!;
    private FaultyFiles _files = null!;

    private long LogBytes => _folder.SegmentFiles.Sum(LengthOrGone);

    [SetUp]
    public void Create()
    {
        _folder = new TestFolder();
        _files = new FaultyFiles();
    }

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task A_stuck_message_in_each_segment_does_not_keep_the_segments()
    {
        string[] stuck;
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            stuck = await PublishWithStuckAsync(run, segments: 100);
            await SmallAsync(stuck.Length * 150 + 3 * StoreRun.Small.SegmentSize);
            Assert.That(run.Store.Texts(run.Second), Is.EqualTo(stuck));
            await run.SettleDownAsync();
        }

        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.Report.Findings, Is.Empty);
        Assert.That(next.Report.SegmentsIndexed, Is.LessThanOrEqualTo(1), "compacted segments have an index");
        Assert.That(next.Store.Texts(next.Second), Is.EqualTo(stuck));
        Assert.That(next.First.Count, Is.Zero);
    }

    [Test]
    public async Task Messages_that_somebody_holds_are_read_where_they_are_now_and_come_back_in_their_place()
    {
        await using var run = new StoreRun(_folder.Path);
        var held = new List<StoredMessage>();
        for (int i = 0; i < 20 * 16; i++)
        {
            run.Store.Publish($"held {i}", Persistent, run.First);
            held.Add(run.First.Take());
            for (int other = 0; other < 4; other++)
            {
                run.Store.Publish(new byte[250], Persistent, run.First);
                run.Store.Settle(run.First, run.First.Take());
            }
        }
        await run.CommitAsync();
        await SmallAsync(held.Count * 60 + 3 * StoreRun.Small.SegmentSize);

        Assert.That(held.Select(message => run.Store.Text(message)), Is.EqualTo(Enumerable.Range(0, held.Count).Select(i => $"held {i}")));
        run.Store.Publish("last", Persistent, run.First);
        foreach (StoredMessage message in held.AsEnumerable().Reverse())
            run.First.Return(message);
        Assert.That(
            run.Store.Texts(run.First),
            Is.EqualTo((string[])[.. Enumerable.Range(0, held.Count).Select(i => $"held {i}"), "last"]));
    }

    [Test]
    public async Task A_segment_shrinks_again_when_more_of_it_is_settled()
    {
        await using var run = new StoreRun(_folder.Path);
        for (int i = 0; i < 600; i++)
            run.Store.Publish($"{i} {new string('x', 300)}", Persistent, i % 3 == 0 ? run.Second : run.First);
        run.Store.Purge(run.First);
        await run.CommitAsync();
        await SmallAsync(80_000 + StoreRun.Small.SegmentSize);
        StoredMessage[] held = run.Second.TakeAll();
        run.Store.Settle(run.Second, held.Where((_, i) => i % 10 != 0).ToArray());
        await run.CommitAsync();
        await SmallAsync(8_000 + StoreRun.Small.SegmentSize);

        Assert.That(
            held.Where((_, i) => i % 10 == 0).Select(message => run.Store.Text(message).Split(' ')[0]),
            Is.EqualTo(Enumerable.Range(0, 20).Select(i => $"{30 * i}")));
    }

    [Test]
    public async Task An_idle_broker_gives_back_what_a_purge_left_in_segments_of_others()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        for (int i = 0; i < 1_000; i++)
            run.Store.Publish($"{i} {new string('x', 300)}", Persistent, i % 10 == 0 ? run.Second : run.First);
        await run.SettleDownAsync();
        run.Store.Purge(run.First);

        await SmallAsync(36_000 + 2 * StoreRun.Small.SegmentSize);
        Assert.That(
            run.Store.Texts(run.Second).Select(text => text.Split(' ')[0]),
            Is.EqualTo(Enumerable.Range(0, 100).Select(i => $"{10 * i}")));
    }

    [Test]
    public async Task What_one_queue_settled_of_a_message_that_another_needs_does_not_come_back()
    {
        await using (var run = new StoreRun(_folder.Path))
        {
            for (int i = 0; i < 1_000; i++)
            {
                run.Store.Publish($"{i} {new string('x', 100)}", Persistent, i % 10 == 0 ? [run.First, run.Second] : [run.First]);
                run.Store.Consume(run.First);
            }
            await run.CommitAsync();
            await SmallAsync(16_000 + 2 * StoreRun.Small.SegmentSize);
        }

        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.First.Count, Is.Zero);
        Assert.That(next.Second.Count, Is.EqualTo(100));
    }

    [Test]
    public async Task What_a_deleted_queue_had_in_segments_of_others_goes_though_nothing_of_it_was_settled()
    {
        await using (var run = new StoreRun(_folder.Path))
        {
            for (int i = 0; i < 500; i++)
                run.Store.Publish($"{i} {new string('x', 300)}", Persistent, i % 10 == 0 ? run.Second : run.First);
            await run.SettleDownAsync();
            run.Store.DeleteQueue(run.First);
            run.Catalog.Put("queue", "is gone"u8); // the change wakes the committer, which starts a compaction once it has no other work

            await SmallAsync(18_000 + 2 * StoreRun.Small.SegmentSize);
        }

        await using var next = new StoreRun(_folder.Path, queues: 2);
        Assert.That(next.First.Count, Is.Zero);
        Assert.That(
            next.Store.Texts(next.Second).Select(text => text.Split(' ')[0]),
            Is.EqualTo(Enumerable.Range(0, 50).Select(i => $"{10 * i}")));
    }

    [Test]
    public async Task A_delivered_mark_stays_when_the_segment_that_has_it_shrinks()
    {
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            run.Store.Publish("went out", Persistent, run.Second);
            run.Store.Publish("did not", Persistent, run.Second);
            run.Store.NoteDelivered(run.Second, run.Second.Take()); // writes the delivered mark to the first segment
            for (int i = 0; i < 60; i++)
                run.Store.Publish(new byte[1_000], Persistent, run.First);
            await run.SettleDownAsync();
            run.Store.Purge(run.First);
            await run.CommitAsync();
            await Eventually.Holds(() => _files.Calls.Contains("rename 0000000000000001.log"), () => "the segment is not compacted");
        }

        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.Second.TakeAll().Select(message => message.IsRedelivered), Is.EqualTo(new[] { true, false }));
    }

    [Test]
    public async Task More_settled_messages_than_one_record_names_stay_settled_when_a_segment_shrinks()
    {
        // Every second message is settled, which gives 5,000 ranges of sequence numbers. A settle record of a compacted segment holds at
        // most 4,096 ranges.
        const int messages = 10_000;
        var options = new StoreOptions { BlockSize = 64 << 10, SegmentSize = 2 << 20, SyncInterval = TimeSpan.FromMilliseconds(20) };
        await using (var run = new StoreRun(_folder.Path, options, _files))
        {
            StoredQueue third = run.Store.OpenQueue(3, durable: true);
            for (int i = 0; i < messages; i++)
                run.Store.Publish("", Persistent, run.First, run.Second);
            run.Store.Settle(run.First, run.First.TakeAll().Where(message => message.Sequence % 2 == 0).ToArray());
            while (run.Store.AppendedPosition < 3 << 20)
                run.Store.Publish(new byte[10_000], Persistent, third);
            await run.SettleDownAsync();
            run.Store.Purge(third);
            await run.CommitAsync();
            await Eventually.Holds(() => _files.Calls.Contains("rename 0000000000000001.log"), () => "the segment is not compacted");
        }

        await using var next = new StoreRun(_folder.Path, options);
        Assert.That((next.First.Count, next.Second.Count), Is.EqualTo((messages / 2, messages)));
    }

    [Test]
    public async Task A_segment_that_dies_while_it_is_compacted_does_not_come_back()
    {
        using var mayGoOn = new ManualResetEventSlim();
        var writing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _files.Before = (call, name) =>
        {
            if ((call, name) != ("sync", "0000000000000001.compacted.idx"))
                return;
            writing.TrySetResult();
            mayGoOn.Wait(TimeSpan.FromSeconds(10));
        };
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            run.Store.Publish("stuck", Persistent, run.Second);
            for (int i = 0; i < 60; i++)
                run.Store.Publish(new byte[1_000], Persistent, run.First);
            await run.SettleDownAsync();
            run.Store.Purge(run.First);
            await run.CommitAsync();
            await writing.Task.WaitAsync(TimeSpan.FromSeconds(10));

            run.Store.Consume(run.Second); // settles the last live message of the first segment, so that the segment is deleted
            await run.CommitAsync();
            await Eventually.Holds(() => _files.Calls.Contains("delete 0000000000000001.log"), () => "the segment is not deleted");
            mayGoOn.Set();

            await Eventually.Holds(
                () => _files.Calls.Contains("delete 0000000000000001.compacted"),
                () => "the unused compacted file is not deleted");
            Assert.That(_files.Calls, Does.Not.Contain("rename 0000000000000001.log"));
            await run.SettleDownAsync();
            Assert.That(Directory.GetFiles(_folder.Segments, "0000000000000001.*"), Is.Empty);
        }
    }

    [Test]
    public async Task A_segment_that_goes_while_others_are_compacted_is_no_failure()
    {
        using var mayGoOn = new ManualResetEventSlim();
        var writing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _files.Before = (call, name) =>
        {
            if ((call, name) != ("create", "0000000000000001.compacted"))
                return;
            writing.TrySetResult();
            mayGoOn.Wait(TimeSpan.FromSeconds(10));
        };
        await using var run = new StoreRun(_folder.Path, files: _files);
        var told = new List<(BackgroundWork, Exception)>();
        run.Store.BackgroundWorkFailed += (work, failure) => told.Add((work, failure));
        for (int i = 0; i < 60; i++)
            // The second queue has one message in each of the first two segments.
            run.Store.Publish(new byte[1_000], Persistent, i is 0 or 20 ? run.Second : run.First);
        await run.SettleDownAsync();
        run.Store.Purge(run.First);
        await run.CommitAsync();
        await writing.Task.WaitAsync(TimeSpan.FromSeconds(10));

        // The second segment would be compacted next. This settle makes it dead, so it must be deleted instead.
        run.Store.Settle(run.Second, run.Second.TakeAll()[1]);
        await run.CommitAsync();
        await Eventually.Holds(() => _files.Calls.Contains("delete 0000000000000002.idx"), () => "the dead segment is not deleted");
        mayGoOn.Set();
        await Eventually.Holds(() => _files.Calls.Contains("rename 0000000000000001.log"), () => "the first segment is not compacted");
        await run.SettleDownAsync();

        Assert.That(told, Is.Empty);
        Assert.That(Directory.GetFiles(_folder.Segments, "0000000000000002.*"), Is.Empty);
    }

    [Test]
    public async Task A_message_stays_readable_in_a_queue_that_does_not_outlive_the_broker()
    {
        await using var run = new StoreRun(_folder.Path);
        StoredQueue transient = run.Store.OpenQueue(9, durable: false);
        for (int i = 0; i < 2_000; i++)
        {
            run.Store.Publish($"{i} {new string('x', 100)}", Persistent, i < 50 ? [run.First, transient] : [run.First]);
            if (i % 50 != 49)
                run.Store.Consume(run.First);
        }
        await run.CommitAsync();
        await SmallAsync(50_000 + 2 * StoreRun.Small.SegmentSize);

        Assert.That(run.Store.Texts(transient).Select(text => text.Split(' ')[0]), Is.EqualTo(Enumerable.Range(0, 50).Select(i => $"{i}")));
    }

    [Test]
    public async Task A_segment_with_a_damaged_message_that_is_needed_stays_as_it_is()
    {
        await using (var run = new StoreRun(_folder.Path))
        {
            for (int i = 0; i < 200; i++)
                run.Store.Publish($"{i:000} {new string('x', 100)}", Persistent, i % 20 == 0 ? run.Second : run.First);
            await run.CommitAsync();
        }
        string damaged = _folder.SegmentFiles[0];
        await using (new StoreRun(_folder.Path))
        {
            // Opening the store writes every index. The next start reads only the indexes, and so does not find the damage in the log.
        }
        byte[] bytes = await File.ReadAllBytesAsync(damaged);
        bytes[bytes.AsSpan().IndexOf("020 xxx"u8) + 20] ^= 1;
        await File.WriteAllBytesAsync(damaged, bytes);

        await using var next = new StoreRun(_folder.Path, files: _files);
        next.Store.Purge(next.First);
        await next.CommitAsync();
        string compacted = $"{Path.GetFileNameWithoutExtension(damaged)}.compacted";
        await Eventually.Holds(
            () => _files.Calls.Contains($"delete {compacted}") || _files.Calls.Contains($"rename {Path.GetFileName(damaged)}"),
            () => "it was not tried",
            TimeSpan.FromSeconds(10));
        Assert.That(_files.Calls, Does.Contain($"create {compacted}"));

        Assert.That(await File.ReadAllBytesAsync(damaged), Is.EqualTo(bytes));
        StoredMessage[] left = next.Second.TakeAll();
        Assert.That(next.Store.Text(left[0]), Does.StartWith("000"));
        Assert.That(() => next.Store.Text(left[1]), Throws.TypeOf<StoreDamagedException>());
        Assert.That(next.Store.Text(left[2]), Does.StartWith("040"));
    }

    [TestCase("create", ".compacted")]
    [TestCase("write", ".compacted")]
    [TestCase("sync", ".compacted")]
    [TestCase("write", ".compacted.idx")]
    [TestCase("rename", ".log")]
    [TestCase("rename", ".idx")]
    [TestCase("delete", ".idx")]
    public async Task A_file_operation_that_fails_harms_nothing_and_the_next_try_succeeds(string call, string extension)
    {
        // The 3rd to the 14th call fail. At the end only a few segments may still be large, so failed compactions must be repeated.
        const int first = 3, last = 14;
        int failures = 0;
        _files.Before = (what, name) =>
        {
            bool isIt = what == call
                && name.EndsWith(extension, StringComparison.Ordinal)
                && (extension.StartsWith(".c", StringComparison.Ordinal) || name.StartsWith("000", StringComparison.Ordinal));
            if (isIt && Interlocked.Increment(ref failures) is >= first and <= last)
                throw new IOException("injected");
        };
        string[] stuck;
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            stuck = await PublishWithStuckAsync(run, segments: 60);
            await SmallAsync(stuck.Length * 150 + 3 * StoreRun.Small.SegmentSize);
            Assert.That(failures, Is.GreaterThan(last));
            Assert.That(run.Store.Failure, Is.Null);
            Assert.That(run.Store.Texts(run.Second), Is.EqualTo(stuck));
        }
        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.Store.Texts(next.Second), Is.EqualTo(stuck));
    }

    [Test]
    public async Task No_old_index_may_be_beside_a_new_log_after_a_power_cut_and_no_new_file_is_in_place_that_is_not_on_the_disk()
    {
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            string[] stuck = await PublishWithStuckAsync(run, segments: 30);
            await SmallAsync(stuck.Length * 150 + 3 * StoreRun.Small.SegmentSize);
        }

        string[] calls = _files.Calls;
        string folder = $"sync {Path.GetFileName(Path.GetDirectoryName(_folder.SegmentFiles[0]))}";
        int[] replaced = [.. Enumerable.Range(0, calls.Length)
            .Where(i => calls[i].StartsWith("rename 0", StringComparison.Ordinal) && calls[i].EndsWith(".log", StringComparison.Ordinal))];
        Assert.That(replaced, Has.Length.GreaterThan(5));
        foreach (int at in replaced)
        {
            string name = Path.GetFileNameWithoutExtension(calls[at]["rename ".Length..]);
            int indexGone = Array.LastIndexOf(calls, $"delete {name}.idx", at);
            Assert.That(calls[indexGone..at], Does.Contain(folder), $"the deletion of {name}.idx is durable before the log is replaced");
            foreach (string file in new[] { $"{name}.compacted", $"{name}.compacted.idx" })
                Assert.That(calls[..at].Last(call => call.EndsWith($" {file}", StringComparison.Ordinal)), Is.EqualTo($"sync {file}"));
            int next = Array.FindIndex(calls, at, call => call == folder || call.StartsWith("delete ", StringComparison.Ordinal));
            Assert.That(
                next < 0 ? folder : calls[next], Is.EqualTo(folder), "the rename must be durable before a file is deleted");
        }
    }

    /// <summary>
    /// Publishes and settles many messages. One or two messages of each segment stay live. Returns the texts of the live messages.
    /// </summary>
    private static async Task<string[]> PublishWithStuckAsync(StoreRun run, int segments)
    {
        var stuck = new List<string>();
        for (int i = 0; i < segments * 16; i++)
        {
            if (i % 10 == 0)
            {
                stuck.Add($"stuck {i}");
                run.Store.Publish(stuck[^1], Persistent, run.Second);
            }
            run.Store.Publish(new byte[1_000], Persistent, run.First);
            run.Store.Consume(run.First);
            if (i % 40 == 0)
                await run.CommitAsync();
        }
        await run.CommitAsync();
        return [.. stuck];
    }

    private static long LengthOrGone(string file)
    {
        try
        {
            return new FileInfo(file).Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }

    private Task SmallAsync(long bytes) =>
        Eventually.Holds(() => LogBytes < bytes, () => $"{LogBytes} bytes of log, not {bytes}", TimeSpan.FromSeconds(10));
}
