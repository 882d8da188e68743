using System.Globalization;
using Amqp.Storage;

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
            DataDirectoryException? refused = Assert.Throws<DataDirectoryException>(() => DataDirectory.Open(_folder.Path, new StoreOptions()));
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

        Assert.That(() => DataDirectory.Open(_folder.Path, new StoreOptions()), Throws.TypeOf<DataDirectoryException>().With.Message.Contains("newer"));
        Assert.That(File.ReadAllBytes(_folder.Catalog), Is.EqualTo(catalog));
    }

    [TestCase("")]
    [TestCase("one")]
    [TestCase("-1")]
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

        Assert.That(() => DataDirectory.Open(path, new StoreOptions()), Throws.TypeOf<DataDirectoryException>().With.Message.Contains(path));
    }

    [Test]
    public void Options_out_of_range_are_refused()
    {
        Assert.That(() => DataDirectory.Open(_folder.Path, new StoreOptions { BlockSize = 100 }), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => DataDirectory.Open(_folder.Path, new StoreOptions { SegmentSize = 4 << 10 }), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public async Task A_queue_is_opened_once()
    {
        await using var run = new StoreRun(_folder.Path);

        Assert.That(() => run.Store.OpenQueue(1, durable: true), Throws.InvalidOperationException);
    }
}
