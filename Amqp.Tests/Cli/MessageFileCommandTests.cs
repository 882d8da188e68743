using Amqp.Tests.Support;

namespace Amqp.Tests.Cli;

/// <summary>The commands <c>queues export</c>, <c>queues import</c> and <c>queues replay-dead-letters</c>.</summary>
public class MessageFileCommandTests : CliTests
{
    private string _folder = "";

    private string File => Path.Combine(_folder, "messages.jsonl");

    [SetUp]
    public async Task Prepare()
    {
        _folder = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
        foreach (string queue in new[] { "from", "to" })
            await PutAsync($"/queues/{Host}/{queue}", new { durable = true });
        for (int i = 0; i < 3; i++)
            await PostAsync(
                $"/exchanges/{Host}/amq.default/publish",
                new { properties = new { }, routing_key = "from", payload = $"{i}", payload_encoding = "string" });
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task A_queue_is_exported_to_a_file_and_imported_from_it()
    {
        CliRun exported = await HereAsync("queues", "export", "from", File, "--vhost", Host);
        CliRun imported = await HereAsync("queues", "import", "to", File, "--vhost", Host);

        Assert.That(exported.Lines, Is.EqualTo([$"Exported queue 'from' in virtual host '{Host}' to {File}."]));
        Assert.That(imported.Lines, Is.EqualTo([$"Imported 3 messages to queue 'to' in virtual host '{Host}'."]));
        Assert.That((await CountAsync("from"), await CountAsync("to")), Is.EqualTo((3, 3)));
        Assert.That(Directory.GetFiles(_folder), Is.EqualTo(new[] { File }), "no temporary file is left");
    }

    [Test]
    public async Task An_export_can_go_through_a_pipe_to_an_import()
    {
        CliRun exported = await DoAsync("queues", "export", "from", "-", "--vhost", Host);
        CliRun imported = await PipeAsync(exported.Output, "queues", "import", "to", "-", "--vhost", Host);

        Assert.That((exported.Lines.Length, imported.ExitCode, await CountAsync("to")), Is.EqualTo((3, 0, 3)), imported.Error);
    }

    [Test]
    public async Task An_export_that_fails_leaves_the_old_file()
    {
        await System.IO.File.WriteAllTextAsync(File, "old");

        CliRun run = await RunHereAsync("queues", "export", "none", File, "--vhost", Host);

        Assert.That((run.ExitCode, await System.IO.File.ReadAllTextAsync(File)), Is.EqualTo((67, "old")));
        Assert.That(Directory.GetFiles(_folder), Is.EqualTo(new[] { File }));
    }

    [Test]
    public async Task A_bad_line_is_named_and_the_import_continues_behind_it()
    {
        await System.IO.File.WriteAllTextAsync(File, "{\"payload\":\"a\"}\nx\n{\"payload\":\"b\"}\n");

        CliRun run = await RunHereAsync("queues", "import", "to", File, "--vhost", Host);

        Assert.That(run.ExitCode, Is.EqualTo(65));
        Assert.That(run.Error, Does.StartWith("line 2: it is not JSON"));
        Assert.That(run.Error, Does.Contain("Imported 1 message; line 2 was not imported: it is no message. Continue with --from-line 2."));
        await HereAsync("queues", "import", "to", File, "--from-line", "3", "--vhost", Host);
        Assert.That(await CountAsync("to"), Is.EqualTo(2));
    }

    [Test]
    public async Task A_dry_run_checks_the_file()
    {
        await System.IO.File.WriteAllTextAsync(File, "{\"payload\":\"a\"}\n{\"payload\":\"b\"}\n");
        CliRun good = await HereAsync("queues", "import", "to", File, "--dry-run", "--vhost", Host);
        await System.IO.File.WriteAllTextAsync(File, "{\"payload\":\"a\"}\nx\ny\n");
        CliRun bad = await RunHereAsync("queues", "import", "to", File, "--dry-run", "--vhost", Host);

        Assert.That(good.Lines, Is.EqualTo(["2 messages can be imported. Nothing was published."]));
        Assert.That(bad.Error, Does.Contain("line 3: ").And.Contain("The file has lines that are no messages; the first is line 2."));
        Assert.That(await CountAsync("to"), Is.Zero);
    }

    [Test]
    public async Task A_long_file_is_sent_in_parts_and_its_lines_are_counted_from_its_start()
    {
        string line = $$"""{"payload":"{{new string('x', 1_000_000)}}"}""";
        await System.IO.File.WriteAllTextAsync(File, string.Concat(Enumerable.Repeat(line + "\n", 9)) + "x\n");

        CliRun run = await RunHereAsync("queues", "import", "to", File, "--vhost", Host);

        Assert.That(run.Error, Does.Contain("Imported 9 messages; line 10 was not imported"));
    }

    [Test]
    public async Task Dead_letters_are_replayed()
    {
        await PutAsync(
            $"/queues/{Host}/work",
            """{"arguments":{"x-dead-letter-exchange":"","x-dead-letter-routing-key":"to","x-max-length":1}}""");
        foreach (string text in new[] { "a", "b" })
            await PostAsync(
                $"/exchanges/{Host}/amq.default/publish",
                new { properties = new { }, routing_key = "work", payload = text, payload_encoding = "string" });
        await Eventually.Holds(async () => await CountAsync("to") == 1, () => "no message dies");
        await DeleteAsync($"/queues/{Host}/work/contents");

        CliRun run = await HereAsync("queues", "replay-dead-letters", "to", "--vhost", Host);

        Assert.That(run.Lines, Is.EqualTo(["1 message was replayed from queue 'to' to the queues in which they died."]));
        Assert.That(await CountAsync("work"), Is.EqualTo(1));
    }

    [TestCase("queues export from", 1)]
    [TestCase("queues import to", 1)]
    [TestCase("queues import to /nonexistent", 64)]
    [TestCase("queues import to file --from-line 0", 1)]
    [TestCase("queues export from /nonexistent/file", 64)]
    [TestCase("queues export from - --filter color=red", 65)]
    [TestCase("queues replay-dead-letters none", 67)]
    [TestCase("queues replay-dead-letters from --to none", 67)]
    public async Task A_command_that_cannot_be_is_refused(string command, int exitCode)
    {
        CliRun run = await RunHereAsync([.. command.Split(' '), "--vhost", Host]);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((exitCode, run.Error)));
        Assert.That(run.Error, Is.Not.Empty);
    }

    private async Task<int> CountAsync(string queue)
    {
        var channel = await OpenChannelAsync(Host);
        return (int)(await channel.LookUpQueueAsync(queue)).MessageCount;
    }
}
