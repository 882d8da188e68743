using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Records;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>Indexes that are missing, truncated, damaged or of an older format are rebuilt from their segments.</summary>
public sealed class SegmentIndexTests
{
    private const int Many = 600;

    private TestFolder _folder = null!;
    private string[] _texts = null!;

    [SetUp]
    public async Task Fill_some_segments()
    {
        _folder = new TestFolder();
        _texts = [.. Enumerable.Range(0, Many).Select(i => $"message {i} {new string('x', i % 100)}")];
        await using (var run = new StoreRun(_folder.Path, StoreRun.Deep))
        {
            foreach (string text in _texts)
                run.Store.Publish(text, Persistent, run.First);
            for (int i = 0; i < 30; i++)
                run.Store.Consume(run.First);
            await run.SettleDownAsync();
        }
        await Reopen(); // opening the store writes the index of the last segment
        _texts = _texts[30..];
    }

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task Every_segment_has_an_index_after_a_start()
    {
        Assert.That(
            _folder.IndexFiles.Select(Path.GetFileNameWithoutExtension),
            Is.EqualTo(_folder.SegmentFiles.Select(Path.GetFileNameWithoutExtension)));

        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        Assert.That(run.Report.SegmentsIndexed, Is.Zero);
    }

    [Test]
    public async Task A_start_reads_summaries_and_not_messages()
    {
        using var folder = new TestFolder();
        var options = new StoreOptions { SegmentSize = 8 << 20 };
        await using (var run = new StoreRun(folder.Path, options))
        {
            for (int i = 0; i < 100_000; i++)
                run.Store.Publish(new byte[100], Persistent, run.First);
        }
        await using (new StoreRun(folder.Path, options))
        {
            // Opening the store writes the index of the last segment.
        }

        await using var next = new StoreRun(folder.Path, options);
        Assert.That(next.First.Count, Is.EqualTo(100_000));
        Assert.That(next.Report.Bytes, Is.LessThanOrEqualTo(next.Report.Segments * (16 << 10)));
    }

    [Test]
    public async Task Missing_indexes_are_made_anew()
    {
        Array.ForEach(_folder.IndexFiles, File.Delete);

        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        Assert.That(run.Report.SegmentsIndexed, Is.EqualTo(run.Report.Segments));
        Assert.That(run.Report.Findings, Is.Empty);
        Assert.That(run.Store.Texts(run.First), Is.EqualTo(_texts));
    }

    [Test]
    public async Task An_index_that_is_cut_anywhere_is_made_anew()
    {
        long length = new FileInfo(_folder.IndexFiles[1]).Length;
        for (long cut = 0; cut < length; cut += cut < 300 ? 1 : 37)
        {
            using TestFolder copy = _folder.Copy();
            using (FileStream file = File.OpenWrite(copy.IndexFiles[1]))
                file.SetLength(cut);

            await using var run = new StoreRun(copy.Path, StoreRun.Deep);
            Assert.That(run.Report.Findings.Single().IsRebuilt, Is.True, $"cut at {cut}");
            Assert.That(run.Store.Texts(run.First), Is.EqualTo(_texts), $"cut at {cut}");
        }
    }

    [Test]
    public async Task A_flipped_bit_in_an_index_loses_nothing([Values(0, 1)] int index)
    {
        long length = new FileInfo(_folder.IndexFiles[index]).Length;
        for (long at = 0; at < length; at += at < 200 ? 1 : 41)
        {
            using TestFolder copy = _folder.Copy();
            byte[] bytes = File.ReadAllBytes(copy.IndexFiles[index]);
            bytes[at] ^= 0x10;
            File.WriteAllBytes(copy.IndexFiles[index], bytes);

            await using var run = new StoreRun(copy.Path, StoreRun.Deep);
            Assert.That(run.First.Count, Is.EqualTo(_texts.Length), $"flipped at {at}");
            Assert.That(run.Store.Texts(run.First), Is.EqualTo(_texts), $"flipped at {at}");
        }
    }

    [Test]
    public async Task A_segment_that_became_shorter_is_reported_whole_to_its_old_end([Values] bool isLast)
    {
        string log = isLast ? _folder.SegmentFiles[^1] : _folder.SegmentFiles[1];
        byte[] bytes = File.ReadAllBytes(log);
        var ends = new List<int> { FileHeader.Size };
        while (ends[^1] < bytes.Length)
            ends.Add(ends[^1] + (int)RecordHeader.ReadSize(bytes.AsSpan(ends[^1])));
        foreach (int cut in (int[])[0, 7, FileHeader.Size, .. ends.Where((_, i) => i % 9 == 1), ends[^2], ends[^2] + 3, bytes.Length - 1])
        {
            using TestFolder copy = _folder.Copy();
            string path = Path.Combine(copy.Segments, Path.GetFileName(log));
            File.WriteAllBytes(path, bytes[..cut]);

            await using var run = new StoreRun(copy.Path, StoreRun.Deep);
            int end = ends.FindLast(end => end <= cut);
            end = end == 0 ? cut : end;
            Assert.That(
                run.Report.Findings,
                Is.EqualTo(new[] { new RecoveryFinding(path, end, bytes.Length - end, IsTornTail: false) }),
                $"cut at {cut}");
            string[] texts = run.Store.Texts(run.First);
            // The first 30 messages were settled. A message is ready again if the end that was cut off contained its settle record.
            int settledBefore = texts.TakeWhile(text => !_texts.Contains(text)).Count();
            Assert.That(
                texts.Skip(settledBefore),
                Is.SubsetOf(_texts).And.Ordered.Using<string>((one, other) => Array.IndexOf(_texts, one) - Array.IndexOf(_texts, other)),
                $"cut at {cut}");
            Assert.That(settledBefore, isLast ? Is.LessThanOrEqualTo(30) : Is.Zero, $"cut at {cut}");
            Assert.That(texts, Has.Length.GreaterThanOrEqualTo(_texts.Length - ends.Count), $"cut at {cut}");
        }
    }

    [Test]
    public async Task An_index_that_goes_while_the_store_is_open_is_made_anew()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        Array.ForEach(_folder.IndexFiles, File.Delete);

        Assert.That(run.Store.Texts(run.First), Is.EqualTo(_texts));
        Assert.That(_folder.IndexFiles, Is.Not.Empty);
    }

    [Test]
    public async Task What_damage_took_from_the_log_too_is_counted_no_more()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        byte[] log = File.ReadAllBytes(_folder.SegmentFiles[1]);
        log.AsSpan(FileHeader.Size + 2_000, 1_000).Clear();
        File.WriteAllBytes(_folder.SegmentFiles[1], log);
        Array.ForEach(_folder.IndexFiles, File.Delete);

        StoredMessage[] messages = run.First.TakeAll();
        Assert.That(messages, Has.Length.InRange(_texts.Length - 60, _texts.Length - 5));
        Assert.That((run.First.Count, run.First.Bytes, run.First.PersistentCount, run.First.PersistentBytes), Is.EqualTo((0L, 0L, 0L, 0L)));
        Assert.That(messages.Select(message => run.Store.Text(message)), Is.SubsetOf(_texts));
    }

    [Test]
    public async Task A_damaged_record_is_found_when_it_is_read_alone()
    {
        using var folder = new TestFolder();
        var options = new StoreOptions { BlockSize = 64 << 10, SegmentSize = 64 << 10, MaxMessagesInMemory = 0 };
        await using var run = new StoreRun(folder.Path, options);
        for (int i = 0; i < 1_000; i++)
            run.Store.Publish($"{i}" + new string('x', 200), Persistent, i % 40 == 0 ? run.Second : run.First);
        await run.SettleDownAsync();
        byte[] log = File.ReadAllBytes(folder.SegmentFiles[0]);
        log[FileHeader.Size + 50] ^= 1; // damages the first message of the second queue
        File.WriteAllBytes(folder.SegmentFiles[0], log);

        StoredMessage[] messages = run.Second.TakeAll();
        Assert.That(messages, Has.Length.EqualTo(25));
        Assert.That(() => run.Store.Text(messages[0]), Throws.TypeOf<StoreDamagedException>());
        Assert.That(run.Store.Text(messages[1]), Does.StartWith("40x"));
        Assert.That(() => run.Store.Settle(run.Second, messages), Throws.Nothing);
    }

    [Test]
    public async Task Files_without_their_log_and_unfinished_ones_go_at_the_start()
    {
        string[] stray =
        [
            "00000000000000aa.idx", "00000000000000aa.acks", "00000000000000ab.idx.new", "0000000000000002.acks.new",
            "0000000000000001.compacted", "0000000000000001.compacted.idx"
        ];
        foreach (string name in stray)
            File.WriteAllText(Path.Combine(_folder.Segments, name), "left over");

        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
        Assert.That(stray.Where(name => File.Exists(Path.Combine(_folder.Segments, name))), Is.Empty);
        Assert.That(run.Store.Texts(run.First), Is.EqualTo(_texts));
    }

    [Test]
    public async Task A_folder_of_format_1_opens_with_its_messages()
    {
        Array.ForEach(_folder.IndexFiles, File.Delete);
        File.Move(_folder.SegmentFiles[1], Path.ChangeExtension(_folder.SegmentFiles[1], ".settles"));
        File.WriteAllText(Path.Combine(_folder.Path, "version"), "1");

        for (int restart = 0; restart < 2; restart++)
        {
            await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
            string[] texts = run.Store.Texts(run.First);
            Assert.That(
                texts,
                Is.SubsetOf(_texts).And.Ordered.Using<string>((one, other) => Array.IndexOf(_texts, one) - Array.IndexOf(_texts, other)));
            Assert.That(
                texts, Has.Length.InRange(_texts.Length - 300, _texts.Length - 50), "messages of the misnamed segment are missing");
            Assert.That(File.ReadAllText(Path.Combine(_folder.Path, "version")), Is.EqualTo("2"));
        }
    }

    private async Task Reopen()
    {
        await using var run = new StoreRun(_folder.Path, StoreRun.Deep);
    }
}
