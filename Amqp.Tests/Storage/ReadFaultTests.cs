using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Tests.Support;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Storage;

/// <summary>Disk reads fail for a while. Only operations that need the disk fail, and no message is lost.</summary>
public sealed class ReadFaultTests
{
    private TestFolder _folder = null!;
    private FaultyFiles _files = null!;
    private string[] _texts = null!;

    [SetUp]
    public async Task Fill_some_segments()
    {
        _folder = new TestFolder();
        _files = new FaultyFiles();
        _texts = [.. Enumerable.Range(0, 100).Select(i => $"message {i} {new string('x', 500)}")];
        await using var run = new StoreRun(_folder.Path);
        foreach (string text in _texts)
            run.Store.Publish(text, Persistent, run.First);
    }

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task Messages_that_cannot_be_read_now_are_read_later_and_the_others_meanwhile()
    {
        await using var run = new StoreRun(_folder.Path, files: _files);
        // Disk reads fail from here on, even before a message is taken: taking a message also reads later messages.
        _files.FailReads(name => name == "0000000000000001.log");
        StoredMessage[] messages = run.First.TakeAll();

        Assert.That(() => run.Store.Read(messages[0]), Throws.InstanceOf<IOException>());
        Assert.That(run.Store.Text(messages[^1]), Is.EqualTo(_texts[^1]));
        run.Store.Publish("new", Persistent, run.First);
        Assert.That(run.Store.Consume(run.First), Is.EqualTo("new"));
        await run.CommitAsync();

        _files.FailReads(_ => false);
        Assert.That(messages.Select(message => run.Store.Text(message)), Is.EqualTo(_texts));
    }

    [Test]
    public async Task A_message_that_cannot_be_read_can_be_settled()
    {
        await using (var run = new StoreRun(_folder.Path, files: _files))
        {
            // Disk reads fail from here on, even before a message is taken: taking a message also reads later messages.
            _files.FailReads(name => name.EndsWith(".log", StringComparison.Ordinal));
            StoredMessage[] messages = run.First.TakeAll();
            Assert.That(() => run.Store.Read(messages[0]), Throws.InstanceOf<IOException>());

            run.Store.Settle(run.First, messages[0]);
        }

        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.Store.Texts(next.First), Is.EqualTo(_texts[1..]));
    }

    [Test]
    public async Task A_queue_whose_messages_cannot_be_found_now_has_them_later([Values(".idx", ".log")] string extension)
    {
        // The second queue has few records, far apart in the log. So the store reads each record separately, from the index and from the
        // log.
        var options = new StoreOptions { BlockSize = 256 << 10, SegmentSize = 256 << 10, MaxMessagesInMemory = 0 };
        using var folder = new TestFolder();
        await using (var run = new StoreRun(folder.Path, options))
        {
            for (int i = 0; i < 300; i++)
                run.Store.Publish($"{i} {new string('x', 700)}", Persistent, i % 60 == 0 ? run.Second : run.First);
        }

        await using var next = new StoreRun(folder.Path, options, _files);
        _files.FailReads(name => name.EndsWith(extension, StringComparison.Ordinal));
        Assert.That(() => next.Second.TryTake(out _), Throws.InstanceOf<IOException>());
        Assert.That(() => next.Second.TryPeek(out _), Throws.InstanceOf<IOException>());
        Assert.That(next.Second.Count, Is.EqualTo(5));

        _files.FailReads(_ => false);
        Assert.That(next.Store.Texts(next.Second).Select(text => text.Split(' ')[0]), Is.EqualTo(new[] { "0", "60", "120", "180", "240" }));
    }

    [Test]
    public async Task What_was_found_of_a_queue_before_a_read_failed_keeps_no_segment()
    {
        using var folder = new TestFolder();
        await using (var run = new StoreRun(folder.Path))
        {
            for (int i = 0; i < 40; i++)
                // The first 30 messages are small and lie together, so the store reads them at once. Message 35 is far from them and is
                // read separately.
                run.Store.Publish(new byte[i < 30 ? 60 : 1_000], Persistent, i is < 30 or 35 ? run.First : run.Second);
        }

        await using var next = new StoreRun(folder.Path, files: _files);
        _files.FailReads(name => name.EndsWith(".log", StringComparison.Ordinal));
        Assert.That(() => next.First.TryTake(out _), Throws.InstanceOf<IOException>());
        _files.FailReads(_ => false);
        next.Store.Settle(next.First, next.First.TakeAll());
        next.Store.Settle(next.Second, next.Second.TakeAll());
        await next.CommitAsync();

        await Eventually.Holds(
            () => _files.Calls.Contains("delete 0000000000000001.log"), () => "the segment stays", TimeSpan.FromSeconds(10));
        Assert.That(next.Store.ArePayloadsInMemory, Is.True);
    }

    [Test]
    public async Task A_queue_can_be_purged_whose_messages_cannot_be_found()
    {
        await using (var run = new StoreRun(_folder.Path, StoreRun.Deep, _files))
        {
            _files.FailReads(_ => true);

            Assert.That(run.Store.Purge(run.First), Is.EqualTo(_texts.Length));
            await run.CommitAsync();
        }

        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.First.Count, Is.Zero);
    }

    [TestCase("catalog.log")]
    [TestCase("0000000000000001.log")]
    [TestCase("0000000000000001.idx")]
    public async Task A_start_that_cannot_read_a_file_changes_nothing(string unreadable)
    {
        await using (new StoreRun(_folder.Path))
        {
            // Opening the store writes the index of every segment.
        }
        if (unreadable.EndsWith(".log", StringComparison.Ordinal))
            Array.ForEach(_folder.IndexFiles, File.Delete);
        _files.FailReads(name => name == unreadable);
        Assert.That(() => new StoreRun(_folder.Path, files: _files), Throws.InstanceOf<IOException>().Or.TypeOf<DataDirectoryException>());

        await using var next = new StoreRun(_folder.Path);
        Assert.That(next.Store.Texts(next.First), Is.EqualTo(_texts));
        Assert.That(next.Report.Findings, Is.Empty);
    }
}
