using System.Text.Json;

namespace Amqp.Tests.Cli;

public sealed class RecentCommandTests : CliTests
{
    [Test]
    public async Task The_log_is_printed_as_the_broker_writes_it()
    {
        await PutAsync($"/queues/{Host}/q", new { });
        string wanted = $"/api/queues/{Host}/q";

        CliRun run = await UntilAsync("log", "--search", wanted, "--category", "management", "--level", "info");

        Assert.That(
            run.Lines[^1],
            Does.Match(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \[info\] HTTP API: 'guest' from \S+: PUT " + wanted + ": 201$"));
    }

    [Test]
    public async Task Events_are_printed_with_their_user_and_facts()
    {
        await PutAsync($"/queues/{Host}/q\u001b[1m", new { });

        CliRun run = await UntilAsync("events", "--search", $"queue.created {Host}", "--count", "1");

        Assert.That(run.Lines, Has.Length.EqualTo(1));
        Assert.That(run.Lines[0], Does.Match(@"^\S+ \S+ queue\.created by 'guest': .*name: q\uFFFD\[1m").And.Contain($"vhost: {Host}"));
    }

    [Test]
    public async Task Both_print_JSON()
    {
        await PutAsync($"/queues/{Host}/q", new { });
        await UntilAsync("log", "--search", $"/api/queues/{Host}/q");

        foreach (string command in new[] { "log", "events" })
        {
            CliRun run = await HereAsync(command, "--search", Host, "--json");
            Assert.That(
                JsonDocument.Parse(run.Output).RootElement.EnumerateArray().Select(item => item.TryGetProperty("seq", out _)),
                Is.Not.Empty.And.All.True);
        }
    }

    [TestCase("log --count 0", 1, "--count: '0' will not do; expected a whole number from 1 to 100000")]
    [TestCase("log --level loud", 65, "level is 'loud', expected debug, info, notice, warning, error, critical, alert, emergency or none")]
    [TestCase("log --category none", 65, "category is 'none', expected one of default, connection, channel, queue, management")]
    public async Task A_mistake_is_named(string command, int code, string message)
    {
        CliRun run = await RunHereAsync(command.Split(' '));

        Assert.That(run.ExitCode, Is.EqualTo(code));
        Assert.That(run.Error, Does.Contain(message));
    }

    /// <summary>Repeats a command until it prints something. The broker logs a change after its reply.</summary>
    private static async Task<CliRun> UntilAsync(params string[] arguments)
    {
        CliRun run = null!;
        await Support.Eventually.Holds(
            async () => (run = await HereAsync(arguments)).Lines.Length > 0, () => $"{arguments[0]} prints nothing: {run.Error}");
        return run;
    }
}
