using Amqp.Server.Inspection;
using Amqp.Storage;
using Amqp.Tests.Storage;

namespace Amqp.Tests.Inspection;

/// <summary>What the broker's names and definitions add to what the store knows of a data folder.</summary>
public sealed class DataFolderTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    [TestCase("queues/%2F/q", new byte[] { 9 }, TestName = "A_definition_that_cannot_be_read_is_damage(newer)")]
    [TestCase("queues/%2F/q", new byte[0], TestName = "A_definition_that_cannot_be_read_is_damage(empty)")]
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
}
