using System.Text;
using Amqp.Storage;

namespace Amqp.Tests.Storage;

public sealed class CatalogTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public void Entries_come_back_in_the_order_of_their_keys()
    {
        using (DataDirectory directory = Open())
        {
            directory.Catalog.Put("b", "2"u8);
            directory.Catalog.Put("a", "1"u8);
            directory.Catalog.Put("é", []);
            directory.Catalog.Put("b", "two"u8);
            directory.Catalog.Put("c", "3"u8);
            directory.Catalog.Remove("c");
            directory.Catalog.Remove("never there");
        }

        Assert.That(Entries(), Is.EqualTo(new[] { "a=1", "b=two", "é=" }));
    }

    [Test]
    public void A_change_is_in_the_operating_systems_hands_when_the_call_returns()
    {
        using DataDirectory directory = Open();
        directory.Catalog.Put("key", "value"u8);

        using TestFolder killed = _folder.Copy();
        Assert.That(Entries(killed), Is.EqualTo(new[] { "key=value" }));
    }

    [Test]
    public void A_change_that_a_killed_broker_had_not_synced_is_synced_by_the_next_start()
    {
        using DataDirectory directory = DataDirectory.Open(_folder.Path, new StoreOptions { SyncInterval = TimeSpan.FromHours(1) });
        directory.Catalog.Put("key", "value"u8);
        using TestFolder killed = _folder.Copy();

        var files = new FaultyFiles();
        using DataDirectory next = DataDirectory.Open(killed.Path, new StoreOptions(), files);

        Assert.That(files.Calls, Does.Contain("sync catalog.log"), "what is published and confirmed now may rely on it");
    }

    [Test]
    public void A_crash_at_any_byte_keeps_every_whole_change_before_it()
    {
        using (DataDirectory directory = Open())
        {
            directory.Catalog.Put("a", "1"u8);
            directory.Catalog.Put("b", "2"u8);
            directory.Catalog.Remove("a");
        }
        byte[] whole = File.ReadAllBytes(_folder.Catalog);
        int put = CatalogRecord.Size(1, 1);
        int removed = CatalogRecord.Size(1, 0);
        Assert.That(whole, Has.Length.EqualTo(FileHeader.Size + 2 * put + removed));

        for (int cut = FileHeader.Size; cut <= whole.Length; cut++)
        {
            using TestFolder copy = _folder.Copy();
            File.WriteAllBytes(copy.Catalog, whole[..cut]);
            int bytes = cut - FileHeader.Size;
            string[] expected = bytes == 2 * put + removed ? ["b=2"] : bytes >= 2 * put ? ["a=1", "b=2"] : bytes >= put ? ["a=1"] : [];

            using (DataDirectory directory = Open(copy))
            {
                bool isTorn = bytes != 0 && bytes != put && bytes != 2 * put && bytes != 2 * put + removed;
                Assert.That(directory.Report.Findings.Select(finding => finding.IsTornTail), Is.EqualTo(isTorn ? [true] : Array.Empty<bool>()), $"cut at {cut}");
                directory.Catalog.Put("z", "26"u8);
            }
            Assert.That(Entries(copy), Is.EqualTo((string[])[.. expected, "z=26"]), $"cut at {cut}");
        }
    }

    [Test]
    public void A_damaged_change_is_reported_and_the_others_are_served_and_the_damaged_file_is_kept()
    {
        using (DataDirectory directory = Open())
        {
            directory.Catalog.Put("a", "1"u8);
            directory.Catalog.Put("b", "2"u8);
            directory.Catalog.Put("c", "3"u8);
        }
        byte[] bytes = File.ReadAllBytes(_folder.Catalog);
        int second = FileHeader.Size + CatalogRecord.Size(1, 1);
        bytes[second + RecordHeader.Size] ^= 1;
        File.WriteAllBytes(_folder.Catalog, bytes);

        using (DataDirectory directory = Open())
            Assert.That(directory.Report.Findings, Is.EqualTo(new[] { new RecoveryFinding(_folder.Catalog, second, CatalogRecord.Size(1, 1), IsTornTail: false) }));
        Assert.That(Entries(), Is.EqualTo(new[] { "a=1", "c=3" }));
        Assert.That(File.ReadAllBytes(_folder.Catalog + ".damaged"), Is.EqualTo(bytes));
    }

    [Test]
    public void A_catalog_that_is_mostly_out_of_date_is_rewritten()
    {
        using (DataDirectory directory = Open())
        {
            byte[] value = new byte[100_000];
            for (int i = 0; i < 100; i++)
                directory.Catalog.Put("key", value);
            directory.Catalog.Put("key", "last"u8);
            Assert.That(new FileInfo(_folder.Catalog).Length, Is.LessThan(2_000_000));
        }

        Assert.That(Entries(), Is.EqualTo(new[] { "key=last" }));
    }

    [Test]
    public void A_rewrite_cut_short_at_any_byte_leaves_the_old_catalog()
    {
        using (DataDirectory directory = Open())
            directory.Catalog.Put("key", "new value"u8);
        byte[] unfinished = File.ReadAllBytes(_folder.Catalog);
        using (DataDirectory directory = Open())
            directory.Catalog.Put("key", "value"u8);

        for (int cut = 0; cut <= unfinished.Length; cut++)
        {
            File.WriteAllBytes(_folder.Catalog + ".new", unfinished[..cut]);
            using DataDirectory directory = Open();
            Assert.That(Encoding.UTF8.GetString(directory.Catalog.Entries.Single().Value), Is.EqualTo("value"), $"cut at {cut}");
            Assert.That(directory.Report.Findings, Is.Empty, $"cut at {cut}");
        }
    }

    [Test]
    public void Keys_and_values_have_their_bounds()
    {
        using DataDirectory directory = Open();
        directory.Catalog.Put(new string('k', 4_096), new byte[16 << 20]);

        Assert.That(() => directory.Catalog.Put("", []), Throws.ArgumentException);
        Assert.That(() => directory.Catalog.Put(new string('k', 4_097), []), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => directory.Catalog.Put("key", new byte[(16 << 20) + 1]), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    private DataDirectory Open(TestFolder? folder = null) => DataDirectory.Open((folder ?? _folder).Path, new StoreOptions());

    private string[] Entries(TestFolder? folder = null)
    {
        using DataDirectory directory = Open(folder);
        return [.. directory.Catalog.Entries.Select(entry => $"{entry.Key}={Encoding.UTF8.GetString(entry.Value)}")];
    }
}
