using System.Text.Json;

namespace Amqp.Tests.Cli;

/// <summary>The command <c>problems</c>.</summary>
public class ProblemCommandTests
{
    private const string Info = """
        {"kind":"policy_without_match","severity":"info","since":null,"vhost":"/","object":"policy","name":"p",
        "text":"No match.","advice":"Delete.","count":1}
        """;

    private const string Three = $$"""
        [{"kind":"memory_alarm","severity":"critical","since":1764417600000,"vhost":null,"object":"node","name":"n",
        "text":"Memory.","advice":"Free some.","count":1},
        {"kind":"queue_full","severity":"warning","since":null,"vhost":"/","object":"queue","name":"q\u001b[2J",
        "text":"Queue 'q' is full.","advice":"Consume.","count":1},
        {{Info}}]
        """;

    [Test]
    public async Task Problems_are_listed_with_their_texts_and_the_exit_code_tells_of_them()
    {
        using var api = new AnsweringApi().With("problems", Three);

        CliRun run = await api.RunAsync("problems");

        Assert.That(run.ExitCode, Is.EqualTo(69));
        Assert.That(run.Lines[0].Split("  ", StringSplitOptions.RemoveEmptyEntries).Select(cell => cell.Trim()), Is.EqualTo(
            ["severity", "since", "vhost", "object", "name", "problem"]));
        Assert.That(run.Lines[1], Is.EqualTo("critical  2025-11-29 12:00:00Z  -      node    n      memory_alarm"));
        Assert.That(run.Lines, Does.Contain("- critical: Memory."));
        Assert.That(run.Lines, Does.Contain("  Free some."));
        Assert.That(run.Output, Does.Not.Contain("\u001b"));
    }

    [TestCase("critical", 1, 69)]
    [TestCase("warning", 2, 69)]
    [TestCase("info", 3, 69)]
    public async Task A_severity_selects_problems(string severity, int count, int code)
    {
        using var api = new AnsweringApi().With("problems", Three);

        CliRun run = await api.RunAsync("problems", "--json", "--severity", severity);

        Assert.That((run.ExitCode, JsonDocument.Parse(run.Output).RootElement.GetArrayLength()), Is.EqualTo((code, count)));
    }

    [TestCase("[]", "info", "No problems.")]
    [TestCase($"[{Info}]", "info", "- info: No match.")]
    [TestCase($"[{Info}]", "warning", "No problems.")]
    public async Task Without_a_warning_the_exit_code_is_0(string answer, string severity, string text)
    {
        using var api = new AnsweringApi().With("problems", answer);

        CliRun run = await api.RunAsync("problems", "--severity", severity);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        Assert.That(run.Output, Does.Contain(text));
    }

    [Test]
    public async Task A_virtual_host_that_does_not_exist_is_not_found()
    {
        using var api = new AnsweringApi();

        CliRun run = await api.RunAsync("problems", "--vhost", "a/b");

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((67, "amqpbroker: There is no virtual host 'a/b'.\n")));
        Assert.That(api.Asked[0], Does.StartWith("GET problems?vhost=a%2Fb"));
    }

    [Test]
    public async Task An_unknown_severity_is_refused()
    {
        using var api = new AnsweringApi();

        CliRun run = await api.RunAsync("problems", "--severity", "bad");

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("--severity: expected critical, warning or info, not 'bad'"));
    }
}
