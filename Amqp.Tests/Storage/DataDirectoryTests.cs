using System.Globalization;
using Amqp.Storage;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Files;
using Amqp.Storage.Records;

namespace Amqp.Tests.Storage;

public sealed class DataDirectoryTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public void A_folder_that_is_not_there_is_created()
    {
        string path = Path.Combine(_folder.Path, "some", "where");

        using (DataDirectory.Open(path, new StoreOptions()))
            Assert.That(File.ReadAllText(Path.Combine(path, "version")), Is.EqualTo("2"));
    }

    [Test]
    public void A_second_broker_is_refused_and_told_which_folder_and_which_process()
    {
        using (DataDirectory.Open(_folder.Path, new StoreOptions()))
        {
            DataDirectoryException? refused = Assert.Throws<DataDirectoryException>(
                () => DataDirectory.Open(_folder.Path, new StoreOptions()));
            Assert.That(refused!.Message, Does.Contain(_folder.Path));
            if (!OperatingSystem.IsWindows())
                Assert.That(refused.Message, Does.Contain(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        }

        Assert.That(() => DataDirectory.Open(_folder.Path, new StoreOptions()).Dispose(), Throws.Nothing);
    }

    [Test]
    public void A_newer_format_is_refused_and_left_alone()
    {
        DataDirectory.Open(_folder.Path, new StoreOptions()).Dispose();
        File.WriteAllText(Path.Combine(_folder.Path, "version"), "3");
        byte[] catalog = File.ReadAllBytes(_folder.Catalog);

        Assert.That(
            () => DataDirectory.Open(_folder.Path, new StoreOptions()),
            Throws.TypeOf<DataDirectoryException>().With.Message.Contains("newer"));
        Assert.That(File.ReadAllBytes(_folder.Catalog), Is.EqualTo(catalog));
    }

    [TestCase("")]
    [TestCase("one")]
    [TestCase("-1")]
    [TestCase("0")]
    public void A_version_that_is_no_number_is_refused(string version)
    {
        DataDirectory.Open(_folder.Path, new StoreOptions()).Dispose();
        File.WriteAllText(Path.Combine(_folder.Path, "version"), version);

        Assert.That(() => DataDirectory.Open(_folder.Path, new StoreOptions()), Throws.TypeOf<DataDirectoryException>());
    }

    [Test]
    public void A_used_folder_without_its_version_is_refused()
    {
        DataDirectory.Open(_folder.Path, new StoreOptions()).Dispose();
        File.Delete(Path.Combine(_folder.Path, "version"));

        Assert.That(() => DataDirectory.Open(_folder.Path, new StoreOptions()), Throws.TypeOf<DataDirectoryException>());
    }

    [Test]
    public void A_path_that_is_a_file_is_refused()
    {
        string path = Path.Combine(_folder.Path, "file");
        File.WriteAllText(path, "");

        Assert.That(
            () => DataDirectory.Open(path, new StoreOptions()),
            Throws.TypeOf<DataDirectoryException>().With.Message.Contains(path));
    }

    [Test]
    public void Options_out_of_range_are_refused()
    {
        Assert.That(
            () => DataDirectory.Open(_folder.Path, new StoreOptions { BlockSize = 100 }),
            Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(
            () => DataDirectory.Open(_folder.Path, new StoreOptions { SegmentSize = 4 << 10 }),
            Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Options_may_be_at_their_bounds_and_not_beyond_them()
    {
        (StoreOptions At, StoreOptions Beyond)[] bounds =
        [
            (new() { BlockSize = 4 << 10 }, new() { BlockSize = (4 << 10) - 1 }),
            (new() { BlockSize = 64 << 20, SegmentSize = 64 << 20 }, new() { BlockSize = (64 << 20) + 1, SegmentSize = 1 << 30 }),
            (new() { BlockSize = 8 << 10, SegmentSize = 8 << 10 }, new() { BlockSize = 8 << 10, SegmentSize = (8 << 10) - 1 }),
            (new() { SegmentSize = 1 << 30 }, new() { SegmentSize = (1 << 30) + 1 }),
            (new() { ResidentBytes = 0 }, new() { ResidentBytes = -1 }),
            (new() { MaxMessagesInMemory = 0 }, new() { MaxMessagesInMemory = -1 }),
            (new() { MaxTransientBytesInMemory = 0 }, new() { MaxTransientBytesInMemory = -1 }),
            (new() { MinFreeDiskBytes = 0 }, new() { MinFreeDiskBytes = -1 }),
            (new() { DiskReserveBytes = 0 }, new() { DiskReserveBytes = -1 }),
            (new() { MaxUnwrittenBytes = 1 }, new() { MaxUnwrittenBytes = 0 }),
            (new() { SyncInterval = TimeSpan.FromTicks(1) }, new() { SyncInterval = TimeSpan.Zero }),
        ];
        for (int i = 0; i < bounds.Length; i++)
        {
            Assert.That(bounds[i].At.Check, Throws.Nothing, $"bound {i}");
            Assert.That(bounds[i].Beyond.Check, Throws.TypeOf<ArgumentOutOfRangeException>(), $"bound {i}");
        }
    }

    [Test]
    public async Task What_is_read_written_and_synced_is_counted_each_by_itself()
    {
        using DataDirectory directory = DataDirectory.Open(_folder.Path, new StoreOptions { SyncInterval = TimeSpan.FromHours(1) });
        await using IMessageStore store = directory.OpenStore(new HashSet<uint>());
        FileUsage usage = directory.Usage;
        (long Reads, long ReadBytes, long Writes, long WrittenBytes, long Syncs) before = Counts();

        directory.Catalog.Put("a", "1"u8);
        directory.Catalog.Put("b", "2"u8);
        directory.Catalog.Put("c", "3"u8);
        await Support.Eventually.Holds(() => Counts().Writes == before.Writes + 3, () => $"{Counts()}");
        Assert.That(
            Counts(),
            Is.EqualTo(before with { Writes = before.Writes + 3, WrittenBytes = before.WrittenBytes + 3 * CatalogRecord.Size(1, 1) }));
        Assert.That(usage.WriteTime, Is.GreaterThan(TimeSpan.Zero));

        var files = new DiskFiles();
        string path = Path.Combine(_folder.Path, "file");
        using (IStoreFile file = files.Create(path))
        {
            file.Write(new byte[100], 0);
            file.Sync();
            file.Sync();
            for (int i = 0; i < 5; i++)
                Assert.That(file.Read(new byte[30], 90), Is.EqualTo(10));
        }
        usage = files.Usage;
        Assert.That(Counts(), Is.EqualTo((5L, 50L, 1L, 100L, 2L)));
        Assert.That((usage.ReadTime > TimeSpan.Zero, usage.SyncTime > TimeSpan.Zero), Is.EqualTo((true, true)));

        (long Reads, long ReadBytes, long Writes, long WrittenBytes, long Syncs) Counts() =>
            (usage.Reads, usage.ReadBytes, usage.Writes, usage.WrittenBytes, usage.Syncs);
    }

    [Test]
    public async Task A_queue_is_opened_once()
    {
        await using var run = new StoreRun(_folder.Path);

        Assert.That(() => run.Store.OpenQueue(1, durable: true), Throws.InvalidOperationException);
    }

    [Test]
    public void A_store_is_opened_once_and_takes_no_definition_when_it_is_closed()
    {
        DataDirectory directory = DataDirectory.Open(_folder.Path, new StoreOptions());
        using (directory)
        {
            directory.OpenStore(new HashSet<uint>());
            Assert.That(() => directory.OpenStore(new HashSet<uint>()), Throws.InvalidOperationException);
        }

        Assert.That(
            () => directory.Catalog.Put("a", "1"u8),
            Throws.TypeOf<StoreFailedException>().With.Message.EqualTo("the data directory is closed"));
    }
}
