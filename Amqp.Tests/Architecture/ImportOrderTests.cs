namespace Amqp.Tests.Architecture;

/// <summary>Using directives are in the order that <c>dotnet format</c> uses. The build checks all other formatting.</summary>
public sealed class ImportOrderTests
{
    [TestCase("Amqp.Protocol")]
    [TestCase("Amqp.Storage")]
    [TestCase("Amqp.Server")]
    [TestCase("Amqp.Tests")]
    [TestCase("bench")]
    [TestCase("interop-tests")]
    public void Imports_are_sorted_and_those_of_System_come_first(string project)
    {
        var unsorted =
            from file in SourceTree.FilesOf(project)
            let imports = File.ReadLines(file).Where(line => line.StartsWith("using ", StringComparison.Ordinal) && line.EndsWith(';'))
                .ToArray()
            where !imports.SequenceEqual(imports.OrderBy(Kind).ThenBy(line => line.TrimEnd(';'), StringComparer.OrdinalIgnoreCase))
            select Path.GetRelativePath(SourceTree.Root, file);

        Assert.That(string.Join('\n', unsorted), Is.Empty, "run dotnet format");
    }

    /// <summary>
    /// Returns the sort rank of a using directive: 0 for System namespaces, 1 for other namespaces, 2 for static types, 3 for aliases.
    /// </summary>
    private static int Kind(string line) =>
        line.Contains('=', StringComparison.Ordinal) ? 3
        : line.StartsWith("using static ", StringComparison.Ordinal) ? 2
        : line.StartsWith("using System", StringComparison.Ordinal) ? 0
        : 1;
}
