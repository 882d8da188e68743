namespace Amqp.Tests.Architecture;

/// <summary>No line of C# is longer than 140 columns, so that two files fit beside each other on a screen.</summary>
public sealed class LineLengthTests
{
    private const int Columns = 140;

    [TestCase("Amqp.Protocol")]
    [TestCase("Amqp.Storage")]
    [TestCase("Amqp.Server")]
    [TestCase("packaging/embedded/AmqpBroker.Embedded")]
    public void No_line_of_the_product_is_longer_than_140_columns(string project) =>
        Assert.That(string.Join('\n', SourceTree.FilesOf(project).SelectMany(LongLines).Select(line => line.Text)), Is.Empty);

    [TestCase("Amqp.Tests")]
    [TestCase("bench")]
    public void Lines_of_tests_are_longer_only_in_raw_and_verbatim_strings(string project)
    {
        var lines = SourceTree.FilesOf(project).SelectMany(LongLines).Where(line => !line.IsRaw).Select(line => line.Text);

        Assert.That(string.Join('\n', lines), Is.Empty);
    }

    /// <summary>Finds lines that are too long. For each of them, returns a text with the file name and the line number.</summary>
    /// <remarks><c>IsRaw</c> is true for a line of a raw or verbatim string, which cannot be split.</remarks>
    private static IEnumerable<(string Text, bool IsRaw)> LongLines(string file)
    {
        string name = Path.GetRelativePath(SourceTree.Root, file);
        bool isInString = false;
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            int quotes = line.Split("\"\"\"").Length - 1;
            if (line.Length > Columns)
            {
                bool isRaw = isInString || quotes > 0 || line.Contains("@\"", StringComparison.Ordinal);
                yield return ($"{name}:{number} has {line.Length} columns", isRaw);
            }
            isInString ^= quotes % 2 == 1;
        }
    }
}
