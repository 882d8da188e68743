using System.CommandLine;
using Amqp.Server.Cli.Bench;
using Amqp.Tests.Architecture;

namespace Amqp.Tests.Bench;

/// <summary>The options of <c>amqpbroker bench</c>, and what else in the repository names them.</summary>
public sealed class BenchCommandLineTests
{
    private static IEnumerable<TestCaseData> Cases => File.ReadLines(Path.Combine(SourceTree.Root, "bench", "cases"))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split('|'))
        .Select(columns => new TestCaseData(columns[1], columns[3]) { TestName = $"Case_{columns[0]}_of_the_comparison_is_a_command_line" });

    [TestCaseSource(nameof(Cases))]
    public void A_case_of_the_comparison_is_a_command_line(string kind, string arguments)
    {
        string filled = arguments
            .Replace("{time}", "--duration 10 --warmup 2", StringComparison.Ordinal)
            .Replace("{count}", "1000000", StringComparison.Ordinal);

        ParseResult result = new RootCommand { BenchCommands.Create() }.Parse($"bench {filled} --uri amqp://guest:guest@127.0.0.1:5672/ --pid 1 --json");

        Assert.That(result.Errors.Select(error => error.Message), Is.Empty);
        Assert.That(kind, Is.AnyOf("rate", "latency", "churn"));
    }

    [Test]
    public void Every_verb_and_option_is_in_the_documentation()
    {
        string text = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "operations.md"));
        Command bench = BenchCommands.Create();

        IEnumerable<string> names = [.. bench.Subcommands.Select(verb => verb.Name), .. bench.Subcommands.SelectMany(verb => verb.Options).Select(option => option.Name).Distinct()];
        Assert.That(names.Where(name => !text.Contains($"`{name}", StringComparison.Ordinal)), Is.Empty);
    }
}
