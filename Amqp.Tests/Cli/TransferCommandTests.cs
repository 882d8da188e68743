using System.Text.Json;
using Amqp.Tests.Support;

namespace Amqp.Tests.Cli;

/// <summary>The commands <c>queues move</c>, <c>queues copy</c> and <c>jobs</c>.</summary>
public class TransferCommandTests : CliTests
{
    [SetUp]
    public async Task MakeQueues()
    {
        foreach (string queue in new[] { "from", "to" })
            await PutAsync($"/queues/{Host}/{queue}", new { durable = true });
    }

    [Test]
    public async Task Messages_are_moved()
    {
        await FillAsync(3);

        CliRun run = await HereAsync("queues", "move", "from", "to", "--vhost", Host);

        Assert.That(run.Lines, Is.EqualTo(["3 messages were moved from queue 'from' to queue 'to'."]));
        Assert.That((await CountAsync("from"), await CountAsync("to")), Is.EqualTo((0, 3)));
    }

    [Test]
    public async Task Messages_are_copied()
    {
        await FillAsync(1);

        CliRun run = await HereAsync("queues", "copy", "from", "to", "--vhost", Host);

        Assert.That(run.Lines, Is.EqualTo(["1 message was copied from queue 'from' to queue 'to'."]));
        Assert.That((await CountAsync("from"), await CountAsync("to")), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task Filters_and_a_limit_select_messages()
    {
        await FillAsync(12);

        CliRun run = await HereAsync(
            "queues", "move", "from", "to", "--filter", "body~^1", "--filter", "key=from", "--limit", "2", "--vhost", Host);

        Assert.That(run.Lines, Is.EqualTo(["2 messages were moved from queue 'from' to queue 'to'."]));
    }

    [Test]
    public async Task Messages_are_deleted()
    {
        await FillAsync(12);

        CliRun run = await HereAsync("queues", "delete-messages", "from", "--filter", "body~^1", "--limit", "2", "--vhost", Host);

        Assert.That(run.Lines, Is.EqualTo(["2 messages were deleted from queue 'from'."]));
        Assert.That(await CountAsync("from"), Is.EqualTo(10));
    }

    [Test]
    public async Task All_messages_are_deleted_only_if_the_option_says_so()
    {
        await FillAsync(3);

        CliRun dry = await HereAsync("queues", "delete-messages", "from", "--all", "--dry-run", "--vhost", Host);
        CliRun run = await HereAsync("queues", "delete-messages", "from", "--all", "--json", "--vhost", Host);

        Assert.That(dry.Lines, Is.EqualTo(["3 messages would be deleted from queue 'from'. Nothing was changed."]));
        var job = JsonDocument.Parse(run.Output).RootElement;
        Assert.That(
            (job.GetProperty("kind").GetString(), job.GetProperty("destination").ValueKind, job.GetProperty("messages_done").GetInt32()),
            Is.EqualTo(("delete", JsonValueKind.Null, 3)));
        Assert.That(await CountAsync("from"), Is.Zero);
    }

    [Test]
    public async Task A_dry_run_says_what_would_be_moved()
    {
        await FillAsync(3);

        CliRun run = await HereAsync("queues", "move", "from", "to", "--dry-run", "--vhost", Host);

        Assert.That(run.Lines, Is.EqualTo(["3 messages would be moved from queue 'from' to queue 'to'. Nothing was changed."]));
        Assert.That(await CountAsync("from"), Is.EqualTo(3));
    }

    [Test]
    public async Task Messages_that_no_binding_takes_stay_and_are_counted()
    {
        await FillAsync(2);

        CliRun run = await HereAsync("queues", "move", "from", "--exchange", "amq.direct", "-k", "none", "--vhost", Host);

        Assert.That(
            run.Lines,
            Is.EqualTo(
            [
                "0 messages were moved from queue 'from' to exchange 'amq.direct'.",
                "2 messages stayed: no queue for it: no binding of exchange 'amq.direct' matches.",
            ]));
    }

    [Test]
    public async Task A_job_is_started_listed_shown_and_cancelled()
    {
        CliRun run = await HereAsync("queues", "move", "from", "to", "--no-wait", "--json", "--vhost", Host);
        string id = JsonDocument.Parse(run.Output).RootElement.GetProperty("id").GetInt64().ToString(null, null);

        CliRun list = await HereAsync("jobs", "--filter", $"vhost={Host}", "--columns", "id,kind,source,destination");
        Assert.That(list.Lines[^1].Split((char[])[' ', '│'], StringSplitOptions.RemoveEmptyEntries)[0], Is.EqualTo(id));
        CliRun shown = await HereAsync("jobs", "show", id, "--json");
        Assert.That(JsonDocument.Parse(shown.Output).RootElement.GetProperty("vhost").GetString(), Is.EqualTo(Host));
        CliRun cancelled = await HereAsync("jobs", "cancel", id);
        Assert.That(cancelled.Lines, Is.EqualTo([$"Cancelled job {id}."]));
    }

    [Test]
    public async Task A_job_that_fails_is_an_error()
    {
        await FillAsync(5);
        await PutAsync(
            $"/queues/{Host}/small",
            new { arguments = new Dictionary<string, object> { ["x-max-length"] = 2, ["x-overflow"] = "reject-publish" } });

        CliRun run = await RunHereAsync("queues", "move", "from", "small", "--vhost", Host);

        Assert.That(
            (run.ExitCode, run.Error.Trim()),
            Is.EqualTo((
                65,
                "amqpbroker: 2 messages were moved from queue 'from' to queue 'small'; then the job failed: "
                    + "queue 'small' refuses messages: a queue is full, or has crashed.")));
    }

    [TestCase("queues move from", "Give a destination queue or --exchange.")]
    [TestCase("queues move from to --exchange x", "Give a destination queue or --exchange.")]
    [TestCase("queues move from to --routing-key x", "--routing-key needs --exchange.")]
    [TestCase("queues delete-messages from", "Give --filter, --limit or both, or else --all.")]
    [TestCase("queues delete-messages from --all --limit 5", "Give --filter, --limit or both, or else --all.")]
    [TestCase("queues move from to --limit 0", "--limit: expected a positive number")]
    public async Task A_command_that_cannot_be_is_refused(string command, string error)
    {
        CliRun run = await RunHereAsync(command.Split(' '));

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((1, run.Error)));
        Assert.That(run.Error, Does.Contain(error));
    }

    [TestCase("queues move none to", 67)]
    [TestCase("queues move from none", 67)]
    [TestCase("queues move from to --filter color=red", 65)]
    [TestCase("queues delete-messages none --all", 67)]
    [TestCase("jobs show none", 67)]
    [TestCase("jobs cancel 999999", 67)]
    public async Task What_does_not_exist_is_named(string command, int exitCode)
    {
        string[] host = command.StartsWith("queues", StringComparison.Ordinal) ? ["--vhost", Host] : [];

        CliRun run = await RunHereAsync([.. command.Split(' '), .. host]);

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((exitCode, "")), run.Error);
    }

    private async Task FillAsync(int count)
    {
        for (int i = 0; i < count; i++)
            await PostAsync(
                $"/exchanges/{Host}/amq.default/publish",
                new { properties = new { delivery_mode = 2 }, routing_key = "from", payload = $"{i}", payload_encoding = "string" });
    }

    private async Task<int> CountAsync(string queue)
    {
        var channel = await OpenChannelAsync(Host);
        return (int)(await channel.LookUpQueueAsync(queue)).MessageCount;
    }
}
