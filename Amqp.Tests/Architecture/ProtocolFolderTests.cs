using Amqp.Protocol;

namespace Amqp.Tests.Architecture;

/// <summary>The references between the folders of Amqp.Protocol form no cycle. All folders belong to a single namespace.</summary>
public sealed class ProtocolFolderTests
{
    [Test]
    public void Every_type_has_one_folder() =>
        Assert.That(
            typeof(Frame).Assembly.GetTypes()
                .Where(type => type is { IsNested: false, Namespace: ProtocolFolders.Project })
                .Select(FullName)
                .Except(ProtocolFolders.ByType.Keys),
            Is.Empty);

    [Test]
    public void No_circle_leads_through_folders()
    {
        var uses = new CompiledReferences([typeof(Frame).Assembly.Location]).Pairs
            .Where(pair => ProtocolFolders.ByType.ContainsKey(pair.From) && ProtocolFolders.ByType.ContainsKey(pair.To))
            .Select(
                pair => (From: ProtocolFolders.ByType[pair.From], To: ProtocolFolders.ByType[pair.To], Types: $"{pair.From} -> {pair.To}"))
            .Where(use => use.From != use.To)
            .ToList();
        Assert.That(uses, Is.Not.Empty);

        // The loop removes references that cannot be part of a cycle of folders. If references remain, there is a cycle.
        for (int before = 0; before != uses.Count;)
        {
            before = uses.Count;
            uses = [.. uses.Where(use => uses.Exists(other => other.From == use.To) && uses.Exists(other => other.To == use.From))];
        }
        Assert.That(uses.Select(use => use.Types), Is.Empty);
    }

    private static string FullName(Type type) => type.FullName!.Split('`')[0];
}
