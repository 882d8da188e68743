using Amqp.Storage;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>A failed write or sync of the log or the catalog does not affect data that is already durable.</summary>
public sealed class WriteFaultTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(10);

    private TestFolder _folder = null!;
    private FaultyFiles _files = null!;

    [SetUp]
    public void Create()
    {
        _folder = new TestFolder();
        _files = new FaultyFiles();
        DataDirectory.Open(_folder.Path, StoreRun.Small).Dispose(); // creates the catalog and the other files of an empty data directory
    }

    [TearDown]
    public void Delete() => _folder.Dispose();

    [TestCase("write 0000000000000001.log")]
    [TestCase("sync 0000000000000001.log")]
    [TestCase("create 0000000000000002.log")]
    [TestCase("write 0000000000000002.log")]
    [TestCase("sync 0000000000000002.log")]
    [TestCase("sync segments")]
    public async Task What_was_durable_before_the_log_failed_is_there_after_a_restart(string failing)
    {
        string[] durable = [.. Enumerable.Range(0, 10).Select(i => $"durable {i} {new string('x', 300)}")];
        string[] later = [.. Enumerable.Range(0, 100).Select(i => $"later {i} {new string('y', 300)}")];
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            await PublishAsync(run, durable);
            await run.CommitAsync();
            _files.Fail((call, name) => $"{call} {name}" == failing);
            string[] taken = PublishUntilItFails(run, later);
            Assert.That(async () => await run.CommitAsync(), Throws.TypeOf<StoreFailedException>());
            Assert.That(run.Store.Texts(run.First), Is.EqualTo(durable.Concat(taken)), "messages in memory are still delivered");
        }

        await ExpectAfterRestartAsync(durable, later);
    }

    [Test]
    public async Task A_write_that_stops_halfway_is_cut_off_at_the_next_start()
    {
        string[] durable = [.. Enumerable.Range(0, 10).Select(i => $"durable {i}")];
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            await PublishAsync(run, durable);
            await run.CommitAsync();
            _files.CutShort = name => name.EndsWith(".log", StringComparison.Ordinal) ? FaultyFiles.Broken : null;
            run.Store.Publish("later", Persistent, run.First);
            Assert.That(async () => await run.CommitAsync(), Throws.TypeOf<StoreFailedException>());
        }

        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.Store.Texts(next.First), Is.EqualTo(durable));
        Assert.That(next.Report.Findings.Single().IsTornTail, Is.True);
    }

    [Test]
    public async Task Settling_goes_on_after_a_failure_and_may_be_forgotten_by_a_restart()
    {
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            await PublishAsync(run, ["first", "second"]);
            await run.CommitAsync();
            _files.Fail((call, _) => call == "sync");
            run.Store.Publish("later", Persistent, run.First);
            Assert.That(async () => await run.CommitAsync(), Throws.TypeOf<StoreFailedException>());

            Assert.That(run.Store.Consume(run.First), Is.EqualTo("first"));
            Assert.That(run.Store.Purge(run.First), Is.EqualTo(2));
        }

        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.Store.Texts(next.First).Take(2), Is.EqualTo(new[] { "first", "second" }));
    }

    [Test]
    public async Task A_catalog_that_cannot_be_written_takes_no_change_and_messages_go_on([Values] bool halfway)
    {
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            run.Catalog.Put("kept", "1"u8);
            if (halfway)
                _files.CutShort = name => name == "catalog.log" ? FaultyFiles.Broken : null;
            else
                _files.Fail((call, name) => (call, name) == ("write", "catalog.log"));
            Assert.That(() => run.Catalog.Put("refused", "2"u8), Throws.TypeOf<StoreFailedException>());
            (_files.CutShort, _files.Before) = (_ => null, (_, _) => { });

            Assert.That(
                () => run.Catalog.Put("refused too", "3"u8), Throws.TypeOf<StoreFailedException>(), "the file may have half a change");
            Assert.That(run.Catalog.Entries.Select(entry => entry.Key), Is.EqualTo(new[] { "kept" }));
            await PublishAsync(run, ["message"]);
            await run.CommitAsync();
        }

        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.Catalog.Entries.Select(entry => entry.Key), Is.EqualTo(new[] { "kept" }));
        Assert.That(next.Report.Findings.Select(finding => finding.IsTornTail), Is.EqualTo(halfway ? [true] : Array.Empty<bool>()));
        Assert.That(next.Store.Texts(next.First), Is.EqualTo(new[] { "message" }));
    }

    [Test]
    public async Task A_catalog_that_cannot_be_synced_fails_the_store_with_it()
    {
        await using var run = new StoreRun(_folder.Path, files: _files);
        _files.Fail((call, name) => (call, name) == ("sync", "catalog.log"));

        run.Catalog.Put("key", "value"u8);
        run.Store.Publish("relies on it", Persistent, run.First);

        Assert.That(async () => await run.CommitAsync(), Throws.TypeOf<StoreFailedException>());
    }

    [Test]
    [Platform("Linux")]
    public void A_full_disk_is_told_by_the_number_of_its_error()
    {
        using IStoreFile full = new DiskFiles().Open("/dev/full", FileAccess.Write);

        // 28 is the error number of ENOSPC.
        Assert.That(
            () => full.Write(new byte[100], 0),
            Throws.InstanceOf<IOException>().With.Property(nameof(Exception.HResult)).EqualTo(28));
    }

    private static Task PublishAsync(StoreRun run, string[] texts)
    {
        foreach (string text in texts)
            run.Store.Publish(text, Persistent, run.First);
        return run.Store.WaitForRoomAsync().WaitAsync(_soon);
    }

    /// <returns>The texts that the store accepted before it failed.</returns>
    private static string[] PublishUntilItFails(StoreRun run, string[] texts)
    {
        for (int i = 0; i < texts.Length; i++)
        {
            try
            {
                run.Store.Publish(texts[i], Persistent, run.First);
            }
            catch (StoreFailedException)
            {
                return texts[..i];
            }
        }
        return texts;
    }

    private async Task ExpectAfterRestartAsync(string[] durable, string[] later)
    {
        await using var next = new StoreRun(_folder.Path);
        string[] texts = next.Store.Texts(next.First);
        Assert.That(texts.Take(durable.Length), Is.EqualTo(durable));
        Assert.That(texts.Skip(durable.Length), Is.EqualTo(later.Take(texts.Length - durable.Length)));
        Assert.That(next.Report.Findings.All(finding => finding.IsTornTail), Is.True);
    }
}
