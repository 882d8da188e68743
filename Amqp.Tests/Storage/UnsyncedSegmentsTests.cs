using Amqp.Storage.Faults;
using Amqp.Storage.Records;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>
/// The second-to-last segment ends in zeros. The zeros are an unfinished write or unused space if they begin at the start of a record and
/// neither of the last two segments was synced. Then they are cut off and not reported. All other zeros are damage.
/// </summary>
public sealed class UnsyncedSegmentsTests
{
    private const int TextLength = 404;
    private static readonly int _record = MessageRecord.PayloadAt(1) + TextLength;

    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    [TestCase(1)]
    [TestCase(20)]
    public async Task Zeros_at_the_end_of_the_segment_before_the_last_are_an_unfinished_write(int records)
    {
        string[] texts = await FillAsync(segments: 2);
        Forget(".idx");
        string log = _folder.SegmentFiles[0];
        long length = new FileInfo(log).Length;
        Zero(log, records * _record, behind: 0);

        Assert.That(await FindAsync(texts), Is.Empty);
        Assert.That(new FileInfo(log).Length, Is.EqualTo(length - records * _record), "the zeros were cut off");
    }

    [Test]
    public async Task Unused_space_of_the_segment_before_the_last_is_cut_off_and_nothing_is_lost([Values(1, 5_000, 2 << 20)] int zeros)
    {
        string[] texts = await FillAsync(segments: 2);
        Forget(".idx");
        string log = _folder.SegmentFiles[0];
        long length = new FileInfo(log).Length;
        using (FileStream file = File.OpenWrite(log))
            file.SetLength(length + zeros);

        await using var run = new StoreRun(_folder.Path);
        Assert.That(run.Store.Texts(run.First), Is.EqualTo(texts));
        Assert.That(run.Report.Findings, Is.Empty);
        Assert.That(new FileInfo(log).Length, Is.EqualTo(length));
    }

    [Test]
    public async Task A_segment_before_the_last_of_which_nothing_was_synced_is_an_unfinished_write()
    {
        string[] texts = await FillAsync(segments: 2);
        Forget(".idx");
        string log = _folder.SegmentFiles[0];
        Zero(log, (int)new FileInfo(log).Length, behind: 0);

        Assert.That(await FindAsync(texts), Is.Empty);
    }

    [TestCase("0000000000000001.idx", TestName = "Zeros_in_a_segment_of_which_the_next_has_an_index_are_damage")]
    [TestCase("0000000000000002.idx", TestName = "Zeros_in_a_segment_with_an_index_that_no_longer_agrees_are_damage")]
    public async Task Zeros_in_a_segment_that_was_synced_are_damage(string gone)
    {
        string[] texts = await FillAsync(segments: 2);
        await using (new StoreRun(_folder.Path))
        {
            // Opening the store writes the indexes of both segments.
        }
        Forget(gone);
        string log = _folder.SegmentFiles[0];
        Zero(log, 3 * _record, behind: 0);
        await using (FileStream file = File.OpenWrite(log)) // if the file still has an index, makes the file longer than the index says
            file.SetLength(file.Length + (gone.Contains('2', StringComparison.Ordinal) ? 10 : 0));

        RecoveryFinding finding = await ExpectHoleAsync(texts);
        Assert.That(finding.IsTornTail, Is.False);
    }

    [TestCase(3, 0, 0, 0, TestName = "Zeros_with_two_segments_behind_are_damage")]
    [TestCase(2, 0, 100, 0, TestName = "Zeros_from_the_middle_of_a_record_are_damage")]
    [TestCase(2, 4, 0, 0, TestName = "Zeros_with_a_record_behind_are_damage")]
    [TestCase(2, 0, 0, 1, TestName = "Zeros_and_something_else_are_damage")]
    public async Task What_a_sync_may_have_covered_is_damage(int segments, int behind, int part, byte last)
    {
        string[] texts = await FillAsync(segments);
        Forget(".idx");
        string log = _folder.SegmentFiles[0];
        Zero(log, 3 * _record + part, behind * _record);
        if (last != 0)
        {
            byte[] bytes = await File.ReadAllBytesAsync(log);
            bytes[^1] = last;
            await File.WriteAllBytesAsync(log, bytes);
        }

        RecoveryFinding finding = await ExpectHoleAsync(texts);
        Assert.That(finding.IsTornTail, Is.False);
    }

    private async Task<string[]> FillAsync(int segments)
    {
        var texts = new List<string>();
        await using var run = new StoreRun(_folder.Path);
        while (_folder.SegmentFiles.Length < segments)
        {
            texts.Add($"{texts.Count:000} {new string('x', TextLength - 4)}");
            run.Store.Publish(texts[^1], Persistent, run.First);
            await run.CommitAsync();
        }
        return [.. texts];
    }

    private void Forget(string ending)
    {
        foreach (string file in _folder.IndexFiles.Where(file => file.EndsWith(ending, StringComparison.Ordinal)))
            File.Delete(file);
    }

    private static void Zero(string log, int count, int behind)
    {
        byte[] bytes = File.ReadAllBytes(log);
        bytes.AsSpan(bytes.Length - behind - count, count).Clear();
        File.WriteAllBytes(log, bytes);
    }

    /// <summary>Opens the store. Expects a hole, and that recovery has one finding. Returns the finding.</summary>
    private async Task<RecoveryFinding> ExpectHoleAsync(string[] texts)
    {
        IReadOnlyList<RecoveryFinding> findings = await FindAsync(texts);
        Assert.That(findings, Has.Count.EqualTo(1));
        return findings[0];
    }

    /// <summary>Opens the store. Expects that some consecutive messages are missing. Returns the findings.</summary>
    private async Task<IReadOnlyList<RecoveryFinding>> FindAsync(string[] texts)
    {
        await using var run = new StoreRun(_folder.Path);
        string[] found = run.Store.Texts(run.First);
        int before = texts.Zip(found).TakeWhile(pair => pair.First == pair.Second).Count();
        Assert.That(found, Is.EqualTo((string[])[.. texts[..before], .. texts[^(found.Length - before)..]]));
        Assert.That(found, Has.Length.LessThan(texts.Length));
        return run.Report.Findings;
    }
}
