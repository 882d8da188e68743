using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Records;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>The store recovers from a log that is cut off at any byte, or damaged at any byte.</summary>
public sealed class CrashTests
{
    private static readonly string[] _allTexts = ["first", "second", "", "fourth"];

    private TestFolder _folder = null!;
    private string _segment = null!;
    private long[] _ends = null!; // for each of the four messages: the offset in the segment file at which its record ends

    [SetUp]
    public async Task Write_four_messages()
    {
        _folder = new TestFolder();
        await using var run = new StoreRun(_folder.Path);
        _ends = [.. _allTexts.Select(text => FileHeader.Size + run.Store.Publish(text, Persistent, run.First))];
        await run.CommitAsync();
        _segment = _folder.SegmentFiles.Single();
    }

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task A_crash_at_any_byte_keeps_every_whole_record_before_it()
    {
        for (long cut = 0; cut <= _ends[^1]; cut++)
        {
            using TestFolder copy = _folder.Copy();
            Truncate(copy, cut);

            int whole = _ends.Count(end => end <= cut);
            bool isTorn = cut > 0 && cut != FileHeader.Size && !_ends.Contains(cut);
            await using (var run = new StoreRun(copy.Path))
            {
                Assert.That(run.Store.Texts(run.First), Is.EqualTo(_allTexts[..whole]), $"cut at {cut}");
                Assert.That(
                    run.Report.Findings.Select(finding => finding.IsTornTail),
                    Is.EqualTo(isTorn ? [true] : Array.Empty<bool>()),
                    $"cut at {cut}");
                run.Store.Publish("new", Persistent, run.First);
            }
            await using var next = new StoreRun(copy.Path);
            Assert.That(next.Store.Texts(next.First), Is.EqualTo((string[])[.. _allTexts[..whole], "new"]), $"cut at {cut}");
            Assert.That(next.Report.Findings, Is.Empty, $"cut at {cut}");
        }
    }

    [Test]
    public async Task A_tail_of_zeros_is_cut_off_and_not_reported([Values(1, 8, 9, 5_000, 3 << 20)] int zeros)
    {
        using (FileStream file = File.OpenWrite(_segment))
            file.SetLength(_ends[^1] + zeros);

        await using var run = new StoreRun(_folder.Path);
        Assert.That(run.Store.Texts(run.First), Is.EqualTo(_allTexts));
        Assert.That(run.Report.Findings, Is.Empty);
        Assert.That(run.Report.Bytes, Is.EqualTo(_ends[^1]), "the zeros are not counted");
        Assert.That(new FileInfo(_segment).Length, Is.EqualTo(_ends[^1]));
    }

    [Test]
    public async Task A_file_that_consists_of_zeros_is_emptied_and_not_reported([Values(1, 24, 5_000)] int zeros)
    {
        await File.WriteAllBytesAsync(_segment, new byte[zeros]);

        await using var run = new StoreRun(_folder.Path);
        Assert.That(run.First.Count, Is.Zero);
        Assert.That(run.Report.Findings, Is.Empty);
    }

    [Test]
    public async Task A_torn_write_before_a_tail_of_zeros_is_reported_without_the_zeros([Values(1, 8, 11, 20)] int left)
    {
        Truncate(_folder, _ends[2] + left);
        Truncate(_folder, _ends[^1] + 100_000);

        await using var run = new StoreRun(_folder.Path);
        Assert.That(run.Store.Texts(run.First), Is.EqualTo(_allTexts[..3]));
        Assert.That(
            run.Report.Findings,
            Is.EqualTo(new[] { new RecoveryFinding(_segment, _ends[2], _ends[3] - _ends[2], IsTornTail: true) }));
        Assert.That(new FileInfo(_segment).Length, Is.EqualTo(_ends[2]));
    }

    [Test]
    public async Task A_record_behind_zeros_in_the_last_segment_is_served_and_the_zeros_are_damage()
    {
        byte[] bytes = await File.ReadAllBytesAsync(_segment);
        bytes.AsSpan((int)_ends[0], (int)(_ends[2] - _ends[0])).Clear();
        await File.WriteAllBytesAsync(_segment, bytes);
        Truncate(_folder, _ends[^1] + 5_000);

        await using var run = new StoreRun(_folder.Path);
        Assert.That(run.Store.Texts(run.First), Is.EqualTo(new[] { "first", "fourth" }));
        Assert.That(
            run.Report.Findings,
            Is.EqualTo(new[] { new RecoveryFinding(_segment, _ends[0], _ends[2] - _ends[0], IsTornTail: false) }));
    }

    [Test]
    public async Task A_flipped_bit_anywhere_costs_one_record_and_is_reported()
    {
        for (long at = FileHeader.Size; at < _ends[^1]; at++)
        {
            using TestFolder copy = _folder.Copy();
            Flip(copy, at);

            int hit = _ends.Count(end => end <= at);
            await using var run = new StoreRun(copy.Path);
            Assert.That(run.Store.Texts(run.First), Is.EqualTo(_allTexts.Where((_, i) => i != hit)), $"flipped at {at}");
            RecoveryFinding finding = run.Report.Findings.Single();
            Assert.That(finding.Offset, Is.EqualTo(hit == 0 ? FileHeader.Size : _ends[hit - 1]), $"flipped at {at}");
            Assert.That(finding.Offset + finding.Length, Is.EqualTo(_ends[hit]), $"flipped at {at}");
            // Damage of the last record is reported as a torn tail, because an unfinished write looks the same.
            Assert.That(finding.IsTornTail, Is.EqualTo(hit == 3), $"flipped at {at}");
        }
    }

    [Test]
    public async Task A_damaged_file_header_is_reported_and_the_records_are_served([Range(0, 23)] int at)
    {
        Flip(_folder, at);

        await using var run = new StoreRun(_folder.Path);
        Assert.That(run.Store.Texts(run.First), Is.EqualTo(_allTexts));
        Assert.That(run.Report.Findings, Is.EqualTo(new[] { new RecoveryFinding(_segment, 0, FileHeader.Size, IsTornTail: false) }));
    }

    [Test]
    public async Task A_torn_end_of_an_earlier_segment_is_damage()
    {
        await using (var run = new StoreRun(_folder.Path))
            run.Store.Publish("second run", Persistent, run.First);
        Truncate(_folder, _ends[^1] - 1);

        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.Store.Texts(next.First), Is.EqualTo(new[] { "first", "second", "", "second run" }));
        Assert.That(
            next.Report.Findings,
            Is.EqualTo(new[] { new RecoveryFinding(_segment, _ends[2], _ends[3] - _ends[2], IsTornTail: false) }));
    }

    [Test]
    public async Task A_record_inside_a_message_is_not_taken_for_one()
    {
        // Copies whole records, to be used as the body of a message. The checksums of the copies are valid only at the old offsets.
        byte[] forged = File.ReadAllBytes(_segment)[FileHeader.Size..];
        await using (var run = new StoreRun(_folder.Path))
        {
            run.Store.Publish(forged, Persistent, run.First);
            run.Store.Publish("behind", Persistent, run.First);
        }
        string second = _folder.SegmentFiles[1];
        byte[] bytes = File.ReadAllBytes(second);
        // Changes the record's length, so that recovery must search the following bytes for the next record.
        bytes[FileHeader.Size + 1] ^= 0x40;
        File.WriteAllBytes(second, bytes);

        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.Store.Texts(next.First), Is.EqualTo((string[])[.. _allTexts, "behind"]));
    }

    [Test]
    public async Task Damage_that_comes_while_the_store_is_open_is_found_when_it_reads()
    {
        await using var run = new StoreRun(_folder.Path);
        // Damages the second record on disk. The store has not read the record's block yet, and finds the damage when it reads the block.
        Flip(_folder, _ends[0] + 5);

        StoredMessage[] messages = run.First.TakeAll();
        Assert.That(run.Store.Text(messages[0]), Is.EqualTo("first"));
        StoreDamagedException? damaged = Assert.Throws<StoreDamagedException>(() => run.Store.Text(messages[1]));
        Assert.That((damaged!.File, damaged.Offset), Is.EqualTo((_segment, _ends[0])));
        Assert.That(run.Store.Text(messages[2]), Is.Empty);
        Assert.That(run.Store.Text(messages[3]), Is.EqualTo("fourth"));
    }

    private static void Truncate(TestFolder folder, long length)
    {
        using FileStream file = File.OpenWrite(folder.SegmentFiles[0]);
        file.SetLength(length);
    }

    private static void Flip(TestFolder folder, long at)
    {
        byte[] bytes = File.ReadAllBytes(folder.SegmentFiles[0]);
        bytes[at] ^= 0x10;
        File.WriteAllBytes(folder.SegmentFiles[0], bytes);
    }
}
