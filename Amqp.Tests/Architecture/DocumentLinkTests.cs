using System.Text.RegularExpressions;

namespace Amqp.Tests.Architecture;

/// <summary>The target of every link in the documents exists.</summary>
public sealed partial class DocumentLinkTests
{
    private static IEnumerable<string> Documents() =>
        Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "docs"), "*.md")
            .Append(Path.Combine(SourceTree.Root, "README.md"))
            .Select(file => Path.GetRelativePath(SourceTree.Root, file));

    [TestCaseSource(nameof(Documents))]
    public void Every_link_leads_to_a_file_and_a_heading(string document)
    {
        string folder = Path.GetDirectoryName(Path.Combine(SourceTree.Root, document))!;
        IEnumerable<string> broken =
            from link in Link().Matches(File.ReadAllText(Path.Combine(SourceTree.Root, document)))
            let parts = link.Groups["target"].Value.Split('#')
            let file = parts[0].Length > 0 ? Path.Combine(folder, parts[0]) : Path.Combine(SourceTree.Root, document)
            where !Path.Exists(file) || (parts.Length > 1 && !Anchors(file).Contains(parts[1]))
            select link.Groups["target"].Value;

        Assert.That(broken, Is.Empty);
    }

    [Test]
    public void Every_source_file_that_the_architecture_names_exists()
    {
        string[] files =
        [
            .. new[] { "Amqp.Protocol", "Amqp.Storage", "Amqp.Server" }.SelectMany(SourceTree.FilesOf)
                .Select(file => $"/{Path.GetRelativePath(SourceTree.Root, file)}"),
        ];
        string text = File.ReadAllText(Path.Combine(SourceTree.Root, "docs/architecture.md"));
        IEnumerable<string> missing = SourceFile().Matches(text)
            .Select(match => match.Value)
            .Distinct()
            .Where(name => !Array.Exists(files, file => file.EndsWith($"/{name}", StringComparison.Ordinal)));

        Assert.That(missing, Is.Empty);
    }

    private static IEnumerable<string> Anchors(string file) =>
        File.ReadLines(file)
            .Where(line => line.StartsWith('#'))
            .Select(line => NotOfAnchors().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\((?<target>(?!https?:)[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[A-Za-z0-9./]+\.cs\b")]
    private static partial Regex SourceFile();

    [GeneratedRegex("[^a-z0-9 _-]")]
    private static partial Regex NotOfAnchors();
}
