using Amqp.Protocol;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Inspection;
using Amqp.Storage;
using Amqp.Storage.Configuration;
using Amqp.Storage.Inspection;
using Amqp.Storage.Queues;
using Amqp.Storage.Records;
using Amqp.Tests.Storage;
using Amqp.Tests.Support;
using static Amqp.Tests.Storage.StoreActions;

namespace Amqp.Tests.Inspection;

/// <summary>
/// The inspection of a data directory reports the stored messages, and the names and definitions of the broker's objects.
/// </summary>
public sealed class DataFolderTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    [TestCase("queues/%2F/q", new byte[] { 9 }, TestName = "A_definition_that_cannot_be_read_is_damage(newer)")]
    [TestCase("queues/%2F/q", new byte[0], TestName = "A_definition_that_cannot_be_read_is_damage(empty)")]
    [TestCase("exchanges/%2F/x", new byte[] { 9 }, TestName = "A_definition_that_cannot_be_read_is_damage(exchange)")]
    [TestCase("policies/%2F/p", new byte[] { 9 }, TestName = "A_definition_that_cannot_be_read_is_damage(policy)")]
    [TestCase("operator-policies/%2F/p", new byte[] { 9 }, TestName = "A_definition_that_cannot_be_read_is_damage(operator policy)")]
    [TestCase("parameters/vhost-limits/%2F/limits", new byte[] { 9 }, TestName = "A_definition_that_cannot_be_read_is_damage(parameter)")]
    [TestCase("global-parameters/g", new byte[] { 9 }, TestName = "A_definition_that_cannot_be_read_is_damage(global parameter)")]
    [TestCase("user-limits/u", new byte[] { 9 }, TestName = "A_definition_that_cannot_be_read_is_damage(limits of a user)")]
    [TestCase("imported-definitions/f", new byte[] { 9 }, TestName = "A_definition_that_cannot_be_read_is_damage(imported file)")]
    [TestCase(
        "quarantined/00000001/0000000000000001", new byte[] { 9 }, TestName = "A_definition_that_cannot_be_read_is_damage(quarantined)")]
    [TestCase("bindings/%2F/a", new byte[] { 1, 0 }, TestName = "A_definition_that_cannot_be_read_is_damage(cut)")]
    public void A_definition_that_cannot_be_read_is_damage(string key, byte[] value)
    {
        using (DataDirectory directory = DataDirectory.Open(_folder.Path, new StoreOptions()))
            directory.Catalog.Put(key, value);

        DataFolderVerdict verdict = DataFolder.Verify(_folder.Path, progress: null);
        Assert.That(verdict.IsSound, Is.False);
        InspectionFinding finding = verdict.Findings.Single();
        Assert.That((finding.File, finding.Offset, finding.IsDamage), Is.EqualTo((_folder.Catalog, (long)FileHeader.Size, true)));
        Assert.That(finding.Message, Does.Contain(key));
        Assert.That(DataFolder.Inspect(_folder.Path, progress: null).Findings, Is.EqualTo(new[] { finding }));
    }

    [Test]
    public void Entries_are_counted_by_kind()
    {
        using (DataDirectory directory = DataDirectory.Open(_folder.Path, new StoreOptions()))
        {
            foreach (string key in new[] { "vhosts/a", "vhosts/b", "users/u", "numbers/queues", "what" })
                directory.Catalog.Put(key, []);
        }

        Assert.That(
            DataFolder.Inspect(_folder.Path, progress: null).Catalog,
            Is.EqualTo(new DefinitionCounts(Total: 5, VirtualHosts: 2, Users: 1, Exchanges: 0, Queues: 0, Bindings: 0, Other: 2)));
    }

    [Test]
    public async Task A_queue_with_priorities_is_one_and_those_without_a_name_come_last()
    {
        await using (var broker = new BareBroker())
        {
            broker.Declare("empty", QueueFlags.Durable);
            Queue levels = broker.Declare("levels", QueueFlags.Durable, ("x-max-priority", 3));
            Queue gone = broker.Declare("gone", QueueFlags.Durable);
            Queue without = broker.Declare("gone too, with nothing", QueueFlags.Durable);
            for (int i = 0; i < 6; i++)
                broker.Publish(levels, body: 100, isPersistent: true, priority: (byte)(i < 1 ? 0 : i < 3 ? 1 : 3));
            broker.Publish(gone, body: 100, isPersistent: true);
            broker.Publish(without, isPersistent: true);
            Assert.That(BareBroker.Get(without), Is.True);
            // the consumer gets two messages of the highest priority
            Assert.That(broker.Consume(levels, room: 2).Received, Is.EqualTo(2));
            broker.Host.Topology.DeleteQueue(gone, ifUnused: false, ifEmpty: false);
            broker.Host.Topology.DeleteQueue(without, ifUnused: false, ifEmpty: false);
            await broker.Store.WaitForCommitAsync(broker.Store.AppendedPosition);
            Copy(broker.DataFolder);
        }

        QueueReport[] queues = [.. DataFolder.Inspect(_folder.Path, progress: null).Queues];
        Assert.That(
            queues.Select(queue => (queue.VirtualHost, queue.Name, queue.Messages)),
            Is.EqualTo(new[] { ("/", "empty", 0L), ("/", "levels", 6L), ((string?)null, null, 1L) }));
        Assert.That(queues[1].Number, Is.EqualTo(queues[0].Number + 1), "the queue number is that of the lowest level");
        Assert.That(queues[2].Number, Is.EqualTo(queues[1].Number + 4));
        Assert.That(queues[1].Bytes, Is.EqualTo(6 * (queues[1].Bytes / 6)).And.GreaterThan(600));
        Assert.That((queues[1].RedeliveredUpTo, queues[1].LastSequence), Is.EqualTo((2L, 3L)));
    }

    /// <summary>
    /// A durable x-delayed-message exchange stores waiting messages like a queue. The inspection reports them under the name of the
    /// exchange.
    /// </summary>
    [Test]
    public async Task What_waits_in_an_exchange_stands_under_its_name()
    {
        await using (var broker = new BareBroker())
        {
            foreach (var (name, flags) in new[] { ("keeps", ExchangeFlags.Durable), ("keeps not", ExchangeFlags.None) })
                broker.Host.Topology.DeclareExchange(
                    name, "x-delayed-message", flags, FieldTable.Empty.With("x-delayed-type", FieldValue.FromString("fanout")));
            broker.Host.Topology.DeclareExchange("plain", "fanout", ExchangeFlags.Durable, FieldTable.Empty);
            broker.Declare("q", QueueFlags.Durable);
            Copy(broker.DataFolder);
        }

        Assert.That(
            DataFolder.Inspect(_folder.Path, progress: null).Queues.Select(queue => (queue.VirtualHost, queue.Name)),
            Is.EquivalentTo(new[] { ("/", "keeps"), ("/", "q") }));
    }

    [Test]
    public void Each_kind_of_definition_counts_as_what_it_is()
    {
        using (DataDirectory directory = DataDirectory.Open(_folder.Path, new StoreOptions()))
        {
            int count = 1;
            foreach (string kind in new[] { "vhosts/", "users/", "exchanges/", "queues/", "bindings/", "policies/" })
            {
                for (int i = 0; i < count; i++)
                    directory.Catalog.Put($"{kind}%2F/{i}", DefinitionCodec.Write(FieldValue.FromInt64(1)));
                count++;
            }
        }

        DataFolderReport report = DataFolder.Inspect(_folder.Path, progress: null);
        Assert.That(
            report.Catalog,
            Is.EqualTo(new DefinitionCounts(Total: 21, VirtualHosts: 1, Users: 2, Exchanges: 3, Queues: 4, Bindings: 5, Other: 6)));
        Assert.That(report.Findings, Is.Empty);
    }

    [Test]
    public void Queues_of_one_name_are_one_in_each_virtual_host_and_stand_by_host_and_name()
    {
        (string VirtualHost, string Name, uint Number)[] queues =
            [("b", "a", 1), ("a", "b", 2), ("b", "b", 3), ("a", "a", 4), ("B", "z", 5)];
        using (DataDirectory directory = DataDirectory.Open(_folder.Path, new StoreOptions()))
        {
            IMessageStore store = directory.OpenStore(queues.Select(queue => queue.Number).ToHashSet());
            foreach ((string virtualHost, string name, uint number) in queues)
            {
                directory.Catalog.Put($"queues/{virtualHost}/{name}", [1, 0, 0, 0, 0, (byte)number, 0, 0, 0, 0, 0]);
                StoredQueue queue = store.OpenQueue(number, durable: true);
                for (int i = 0; i < number; i++)
                    store.Publish(new byte[10], Persistent, queue);
            }
        }

        DataFolderReport report = DataFolder.Inspect(_folder.Path, progress: null);
        Assert.That(report.Queues, Is.EqualTo(new[]
        {
            new QueueReport("B", "z", 5, 5, 50, 0, 5), new QueueReport("a", "a", 4, 4, 40, 0, 4), new QueueReport("a", "b", 2, 2, 20, 0, 2),
            new QueueReport("b", "a", 1, 1, 10, 0, 1), new QueueReport("b", "b", 3, 3, 30, 0, 3),
        }));
        Assert.That((report.Catalog.Queues, report.Findings.Count), Is.EqualTo((5, 0)));
    }

    [Test]
    public void A_folder_is_named_in_full_and_has_its_own_format_and_sizes()
    {
        using (DataDirectory directory = DataDirectory.Open(_folder.Path, new StoreOptions()))
        {
            IMessageStore store = directory.OpenStore(new HashSet<uint> { 1 });
            store.Publish(new byte[10], Persistent, store.OpenQueue(1, durable: true));
        }
        File.WriteAllText(Path.Combine(_folder.Path, "version"), "1");
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, _folder.Path);

        DataFolderReport report = DataFolder.Inspect(relative, progress: null);
        DataFolderVerdict verdict = DataFolder.Verify(relative, progress: null);

        Assert.That(
            (report.Folder, report.FormatVersion, report.Segments.Count, report.Catalog.Total),
            Is.EqualTo((_folder.Path, 1, 1, 0)));
        DiskUsage size = report.SizeOnDisk;
        Assert.That(size.Log, Is.EqualTo(report.Segments[0].LogBytes));
        Assert.That(
            (verdict.Folder, verdict.FormatVersion, verdict.IsSound, verdict.Segments, verdict.BytesRead, verdict.Findings.Count),
            Is.EqualTo((_folder.Path, 1, true, 1, size.Log + size.Indexes + size.Catalog, 0)));
    }

    [Test]
    public void What_cannot_be_read_comes_before_what_a_crash_left_and_only_the_one_is_damage([Values] bool isUnreadable)
    {
        using (DataDirectory directory = DataDirectory.Open(_folder.Path, new StoreOptions()))
            directory.Catalog.Put(isUnreadable ? "queues/%2F/q" : "vhosts/q", [9]);
        File.AppendAllText(_folder.Catalog, "torn");

        DataFolderVerdict verdict = DataFolder.Verify(_folder.Path, progress: null);
        Assert.That(verdict.IsSound, Is.Not.EqualTo(isUnreadable));
        Assert.That(verdict.Findings.Select(finding => finding.IsDamage), Is.EqualTo(isUnreadable ? [true, false] : new[] { false }));
        Assert.That(DataFolder.Inspect(_folder.Path, progress: null).Findings, Is.EqualTo(verdict.Findings));
    }

    /// <summary>Copies the data directory as it would be if the broker were killed at this moment.</summary>
    private void Copy(string folder)
    {
        foreach (string file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) == "lock")
                continue;
            string target = Path.Combine(_folder.Path, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
