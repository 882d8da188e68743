using System.Buffers.Binary;
using System.Text;
using Amqp.Storage;
using Amqp.Storage.Configuration;
using Amqp.Storage.Faults;
using Amqp.Storage.Records;
using Amqp.Tests.Support;

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

        Assert.That(files.Calls, Does.Contain("sync catalog.log"), "messages confirmed from now on may depend on these entries");
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
                Assert.That(
                    directory.Report.Findings.Select(finding => finding.IsTornTail),
                    Is.EqualTo(isTorn ? [true] : Array.Empty<bool>()),
                    $"cut at {cut}");
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
            Assert.That(
                directory.Report.Findings,
                Is.EqualTo(new[] { new RecoveryFinding(_folder.Catalog, second, CatalogRecord.Size(1, 1), IsTornTail: false) }));
        Assert.That(Entries(), Is.EqualTo(new[] { "a=1", "c=3" }));
        Assert.That(File.ReadAllBytes(_folder.Catalog + ".damaged"), Is.EqualTo(bytes));
    }

    [TestCase(CatalogRecord.MaxKey)]
    [TestCase(3)]
    [TestCase(0)]
    public void A_record_whose_key_does_not_lie_within_it_is_damage_and_stops_no_start(int keyLength)
    {
        using (DataDirectory directory = Open())
        {
            directory.Catalog.Put("a", "1"u8);
            directory.Catalog.Put("b", "2"u8);
        }
        byte[] bytes = File.ReadAllBytes(_folder.Catalog);
        var first = bytes.AsSpan(FileHeader.Size, CatalogRecord.Size(1, 1));
        BinaryPrimitives.WriteUInt16LittleEndian(first[RecordHeader.Size..], (ushort)keyLength);
        RecordHeader.WriteChecksum(first, file: 0, FileHeader.Size);
        File.WriteAllBytes(_folder.Catalog, bytes);

        using (DataDirectory directory = Open())
            Assert.That(
                directory.Report.Findings,
                Is.EqualTo(new[] { new RecoveryFinding(_folder.Catalog, FileHeader.Size, first.Length, IsTornTail: false) }));
        Assert.That(Entries(), Is.EqualTo(new[] { "b=2" }));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_catalog_that_is_mostly_out_of_date_is_rewritten_while_it_changes(bool comesAndGoes)
    {
        using (DataDirectory directory = Open())
        {
            directory.OpenStore(new HashSet<uint>());
            byte[] value = new byte[100_000];
            for (int i = 0; i < 100; i++)
            {
                directory.Catalog.Put(comesAndGoes ? $"key {i}" : "key", value);
                if (comesAndGoes)
                    directory.Catalog.Remove($"key {i}");
            }
            directory.Catalog.Put("key", "last"u8);
            await Eventually.Holds(
                () => new FileInfo(_folder.Catalog).Length < 2_000_000,
                () => $"{new FileInfo(_folder.Catalog).Length} bytes");
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

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(9)]
    public void A_change_the_disk_has_no_room_for_is_undone_and_the_next_one_succeeds(int room)
    {
        var files = new FaultyFiles();
        using (DataDirectory directory = Open(files))
        {
            directory.Catalog.Put("a", "1"u8);
            files.Room = _ => room;
            Assert.That(() => directory.Catalog.Put("a", "2"u8), Throws.TypeOf<StoreFullException>());
            Assert.That(() => directory.Catalog.Put("b", "2"u8), Throws.TypeOf<StoreFullException>());
            Assert.That(directory.Catalog.Entries.Select(entry => entry.Key), Is.EqualTo(["a"]));
            using (TestFolder killed = _folder.Copy())
                Assert.That(Entries(killed), Is.EqualTo(new[] { "a=1" }));
            Assert.That(new FileInfo(_folder.Catalog).Length, Is.EqualTo(FileHeader.Size + CatalogRecord.Size(1, 1)));

            files.Room = _ => int.MaxValue;
            directory.Catalog.Put("c", "3"u8);
        }

        Assert.That(Entries(), Is.EqualTo(new[] { "a=1", "c=3" }));
    }

    [Test]
    public void A_full_disk_takes_removals_and_they_are_written_down_with_the_next_change_that_fits()
    {
        var files = new FaultyFiles();
        using (DataDirectory directory = Open(files))
        {
            directory.Catalog.Put("a", "1"u8);
            directory.Catalog.Put("b", "2"u8);
            directory.Catalog.Put("c", "3"u8);
            files.Room = _ => 5;
            directory.Catalog.Remove("a");
            directory.Catalog.Remove("b");
            Assert.That(directory.Catalog.Entries.Select(entry => entry.Key), Is.EqualTo(["c"]));

            files.Room = _ => int.MaxValue;
            directory.Catalog.Put("b", "again"u8);
            using TestFolder killed = _folder.Copy();
            Assert.That(Entries(killed), Is.EqualTo(new[] { "b=again", "c=3" }));
        }

        Assert.That(Entries(), Is.EqualTo(new[] { "b=again", "c=3" }));
    }

    [Test]
    public async Task A_removal_from_a_full_disk_is_written_down_by_itself_once_there_is_room()
    {
        var files = new FaultyFiles();
        using DataDirectory directory = Open(files);
        await using IMessageStore store = directory.OpenStore(new HashSet<uint>());
        directory.Catalog.Put("a", "1"u8);
        files.Room = _ => 5;
        directory.Catalog.Remove("a");
        files.Room = _ => int.MaxValue;

        int whole = FileHeader.Size + CatalogRecord.Size(1, 1) + CatalogRecord.Size(1, 0);
        await Eventually.Holds(() => new FileInfo(_folder.Catalog).Length == whole, () => "the removal is not written");
        using TestFolder killed = _folder.Copy();
        Assert.That(Entries(killed), Is.Empty);
    }

    [Test]
    public void A_write_that_fails_for_any_other_reason_is_the_last()
    {
        var files = new FaultyFiles();
        using DataDirectory directory = Open(files);
        files.Before = (call, _) => throw new IOException($"{call} fails");
        Assert.That(() => directory.Catalog.Put("a", "1"u8), Throws.TypeOf<StoreFailedException>());

        files.Before = (_, _) => { };
        Assert.That(() => directory.Catalog.Put("a", "1"u8), Throws.TypeOf<StoreFailedException>());
    }

    [Test]
    public void Half_a_change_that_cannot_be_undone_is_the_last()
    {
        var files = new FaultyFiles();
        using DataDirectory directory = Open(files);
        files.Room = _ => 5;
        files.Before = (call, _) =>
        {
            if (call == "truncate")
                throw new IOException("truncate fails");
        };
        Assert.That(() => directory.Catalog.Put("a", "1"u8), Throws.TypeOf<StoreFailedException>());

        (files.Room, files.Before) = (_ => int.MaxValue, (_, _) => { });
        Assert.That(() => directory.Catalog.Put("a", "1"u8), Throws.TypeOf<StoreFailedException>());
    }

    [Test]
    public async Task A_catalog_that_there_is_no_room_to_rewrite_goes_on_as_it_is_until_there_is()
    {
        var files = new FaultyFiles { Room = name => name == "catalog.log.new" ? 5 : int.MaxValue };
        byte[] value = new byte[100_000];
        using (DataDirectory directory = OpenExisting(files))
        {
            var store = (FileMessageStore)directory.OpenStore(new HashSet<uint>());
            for (int i = 0; i < 50; i++)
            {
                directory.Catalog.Put("key", value);
                await store.WhenIdleAsync();
            }
            Assert.That(new FileInfo(_folder.Catalog).Length, Is.GreaterThan(5_000_000));
            Assert.That(File.Exists(_folder.Catalog + ".new"), Is.False, "a rewrite would need space that the disk does not have");
            Assert.That(files.Calls.Count(call => call == "create catalog.log.new"), Is.InRange(2, 6), "not one rewrite per change");

            files.Room = _ => int.MaxValue;
            for (int i = 0; i < 20; i++)
                directory.Catalog.Put("key", value);
            await store.WhenIdleAsync();
            Assert.That(new FileInfo(_folder.Catalog).Length, Is.LessThan(3_000_000));
            directory.Catalog.Put("key", "last"u8);
        }

        Assert.That(Entries(), Is.EqualTo(new[] { "key=last" }));
    }

    [Test]
    public async Task A_catalog_that_a_run_left_mostly_out_of_date_is_rewritten_by_the_next()
    {
        using (DataDirectory directory = Open())
        {
            for (int i = 0; i < 20; i++)
                directory.Catalog.Put("key", new byte[100_000]); // the catalog does not rewrite its file, because no store is open
        }
        Assert.That(new FileInfo(_folder.Catalog).Length, Is.GreaterThan(2_000_000));

        using (DataDirectory directory = Open())
            await ((FileMessageStore)directory.OpenStore(new HashSet<uint>())).WhenIdleAsync();

        Assert.That(new FileInfo(_folder.Catalog).Length, Is.LessThan(200_000));
    }

    [Test]
    public async Task A_catalog_of_which_half_is_in_date_is_not_rewritten_however_large_it_is()
    {
        var files = new FaultyFiles();
        using DataDirectory directory = OpenExisting(files);
        var store = (FileMessageStore)directory.OpenStore(new HashSet<uint>());
        byte[] value = new byte[100_000];
        for (int i = 0; i < 30; i++)
        {
            directory.Catalog.Put($"key {i / 2}", value); // sets each key twice, so that half of the catalog is out of date
            await store.WhenIdleAsync();
        }

        Assert.That(files.Calls, Does.Not.Contain("create catalog.log.new"));
        directory.Catalog.Put("key 0", value);
        await store.WhenIdleAsync();
        Assert.That(files.Calls, Does.Contain("create catalog.log.new"));
    }

    [Test]
    public async Task A_rewrite_that_cannot_take_the_place_of_the_old_leaves_it_and_nothing_beside_it()
    {
        var files = new FaultyFiles();
        using (DataDirectory directory = OpenExisting(files))
        {
            var store = (FileMessageStore)directory.OpenStore(new HashSet<uint>());
            directory.Catalog.Put("key", "1"u8);
            files.Fail((call, name) => (call, name) == ("rename", "catalog.log"));

            await GrowAsync(directory, store);

            Assert.That(files.Calls, Does.Contain("delete catalog.log.new"));
            Assert.That(File.Exists(_folder.Catalog + ".new"), Is.False);
            Assert.That(store.Failure, Is.Null);
            files.Before = (_, _) => { };
            directory.Catalog.Put("key", "2"u8);
        }

        Assert.That(Entries(), Is.EqualTo(new[] { "key=2" }));
    }

    [Test]
    public async Task A_rewrite_ends_though_changes_never_do()
    {
        const int outside = 9; // number of passes before the last pass
        var files = new FaultyFiles();
        var last = Task.CompletedTask;
        int syncs = 0;
        bool isRenamed = false;
        using (DataDirectory directory = OpenExisting(files))
        {
            var store = (FileMessageStore)directory.OpenStore(new HashSet<uint>());
            files.Before = (call, name) =>
            {
                isRenamed |= (call, name) == ("rename", "catalog.log");
                if (isRenamed || (call, name) != ("sync", "catalog.log.new") || ++syncs > outside + 3)
                    return;
                int change = syncs;
                last = Task.Run(() => directory.Catalog.Put("changes", [(byte)('a' + change)]));
                if (syncs <= outside)
                    // Does not wait in the last pass: there the change itself waits for the end of the rewrite, so waiting would be a
                    // deadlock.
                    last.Wait();
            };
            await GrowAsync(directory, store);
            await last;
        }

        Assert.That(syncs, Is.EqualTo(outside + 1));
        string[] calls = files.Calls;
        int renamed = Array.IndexOf(calls, "rename catalog.log");
        Assert.That(
            calls[..renamed].Last(call => call.EndsWith("catalog.log.new", StringComparison.Ordinal)),
            Is.EqualTo("sync catalog.log.new"));
        Assert.That(Entries(), Is.EqualTo(new[] { $"changes={(char)('a' + outside + 1)}" }));
    }

    [Test]
    public async Task A_rewritten_catalog_is_whole_on_the_disk_before_it_takes_the_place_of_the_old()
    {
        var files = new FaultyFiles();
        using (DataDirectory directory = OpenExisting(files))
        {
            var store = (FileMessageStore)directory.OpenStore(new HashSet<uint>());
            await GrowAsync(directory, store);
        }

        string[] calls = [.. files.Calls.SkipWhile(call => call != "create catalog.log.new")];
        int renamed = Array.IndexOf(calls, "rename catalog.log");
        Assert.That(renamed, Is.Positive);
        string[] written = [.. calls[..renamed].Where(call => call.EndsWith("catalog.log.new", StringComparison.Ordinal))];
        Assert.That(written[^1], Is.EqualTo("sync catalog.log.new"), "after a power cut the renamed file must have all its bytes");
        Assert.That(calls[renamed + 1], Is.EqualTo($"sync {Path.GetFileName(_folder.Path)}"), "the rename must be synced first");
    }

    [Test]
    public async Task What_changes_while_the_catalog_is_rewritten_is_in_the_new_one_and_waits_for_nothing()
    {
        var files = new FaultyFiles();
        using (DataDirectory directory = OpenExisting(files))
        {
            var store = (FileMessageStore)directory.OpenStore(new HashSet<uint>());
            directory.Catalog.Put("goes", "1"u8);
            directory.Catalog.Put("stays", "1"u8);
            int changes = 0;
            files.Before = (call, name) =>
            {
                if ((call, name) != ("sync", "catalog.log.new") || changes == 3)
                    return;
                // Called before each of the rewrite's first three syncs. The rewrite goes on after other threads have made these changes.
                changes++;
                Task.Run(() => directory.Catalog.Put($"new {changes}", "1"u8)).Wait();
                Task.Run(() => directory.Catalog.Put("stays", "2"u8)).Wait();
                Task.Run(() => directory.Catalog.Remove("goes")).Wait();
            };
            await GrowAsync(directory, store);
            Assert.That(changes, Is.EqualTo(3));
        }

        Assert.That(Entries(), Is.EqualTo(new[] { "new 1=1", "new 2=1", "new 3=1", "stays=2" }));
    }

    [Test]
    public async Task A_rewrite_whose_name_may_not_survive_a_power_cut_is_the_end_of_all_commits()
    {
        var files = new FaultyFiles();
        using DataDirectory directory = OpenExisting(files);
        var store = (FileMessageStore)directory.OpenStore(new HashSet<uint>());
        bool isRenamed = false;
        files.Before = (call, name) =>
        {
            isRenamed |= (call, name) == ("rename", "catalog.log");
            if (isRenamed && (call, name) == ("sync", Path.GetFileName(_folder.Path)))
                throw FaultyFiles.Broken;
        };

        await GrowAsync(directory, store);

        await Eventually.Holds(() => store.Failure is not null, () => "the store has not failed");
        Assert.That(() => directory.Catalog.Put("late", "1"u8), Throws.TypeOf<StoreFailedException>());
    }

    /// <summary>Sets a value so often that the catalog is rewritten, then removes the value.</summary>
    private static async Task GrowAsync(DataDirectory directory, FileMessageStore store)
    {
        byte[] value = new byte[100_000];
        for (int i = 0; i < 15; i++)
            directory.Catalog.Put("grows", value);
        directory.Catalog.Remove("grows");
        await store.WhenIdleAsync();
    }

    private DataDirectory Open(FaultyFiles files) => DataDirectory.Open(_folder.Path, new StoreOptions(), files);

    /// <summary>Creates a catalog, then opens it with the given files. So the recorded calls do not include the creation.</summary>
    private DataDirectory OpenExisting(FaultyFiles files)
    {
        Open().Dispose();
        return Open(files);
    }

    private DataDirectory Open(TestFolder? folder = null) => DataDirectory.Open((folder ?? _folder).Path, new StoreOptions());

    private string[] Entries(TestFolder? folder = null)
    {
        using DataDirectory directory = Open(folder);
        return [.. directory.Catalog.Entries.Select(entry => $"{entry.Key}={Encoding.UTF8.GetString(entry.Value)}")];
    }
}
