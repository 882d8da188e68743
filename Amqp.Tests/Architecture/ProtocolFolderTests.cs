using System.Text.RegularExpressions;
using Amqp.Protocol;

namespace Amqp.Tests.Architecture;

/// <summary>Amqp.Protocol is one namespace for whoever uses it. Its folders have an order all the same: each uses only those below it.</summary>
public sealed partial class ProtocolFolderTests
{
    private const string Project = "Amqp.Protocol";

    private static readonly string _root = Path.Combine(SourceTree.Root, Project);

    /// <summary>By the full name of a type, the folder of the file that declares it.</summary>
    private static readonly Dictionary<string, string> _folders = SourceTree.FilesOf(Project)
        .SelectMany(file => Declaration().Matches(File.ReadAllText(file)), (file, type) => (Name: $"{Project}.{type.Groups["name"].Value}", Folder: FolderOf(file)))
        .Distinct().ToDictionary(type => type.Name, type => type.Folder);

    [Test]
    public void Every_type_has_one_folder() =>
        Assert.That(typeof(Frame).Assembly.GetTypes().Where(type => type is { IsNested: false, Namespace: Project }).Select(FullName).Except(_folders.Keys), Is.Empty);

    [Test]
    public void No_circle_leads_through_folders()
    {
        var uses = new CompiledReferences([typeof(Frame).Assembly.Location]).Pairs
            .Where(pair => _folders.ContainsKey(pair.From) && _folders.ContainsKey(pair.To))
            .Select(pair => (From: _folders[pair.From], To: _folders[pair.To], Types: $"{pair.From} -> {pair.To}"))
            .Where(use => use.From != use.To)
            .ToList();
        Assert.That(uses, Is.Not.Empty);

        // The lowest folders use no other, and no other uses the uppermost. Without them, others are that. What is left at last leads back to itself.
        for (int before = 0; before != uses.Count;)
        {
            before = uses.Count;
            uses = [.. uses.Where(use => uses.Exists(other => other.From == use.To) && uses.Exists(other => other.To == use.From))];
        }
        Assert.That(uses.Select(use => use.Types), Is.Empty);
    }

    private static string FolderOf(string file) => Path.GetRelativePath(_root, Path.GetDirectoryName(file)!);

    private static string FullName(Type type) => type.FullName!.Split('`')[0];

    [GeneratedRegex(@"^(?:public|internal) (?:(?:static|sealed|abstract|readonly|ref|unsafe|partial) )*(?:record struct|record|class|struct|interface|enum|delegate [\w<>]+) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
