using System.Text.Json;
using Amqp.Protocol;
using Amqp.Tests.Cli;
using Amqp.Tests.Support;

namespace Amqp.Tests.Migration;

/// <summary>Messages that are moved or copied between two brokers.</summary>
public sealed class MigrateMessageTests
{
    [TestCase("classic")]
    [TestCase("quorum")]
    public async Task All_octets_of_messages_and_their_order_stay(string type)
    {
        await using var pair = await MigrationPair.StartAsync();
        await pair.Here.DeclareAsync("q", FieldTable.Empty.With("x-queue-type", FieldValue.FromString(type)));
        string[] sent = await pair.Here.FillAsync("q", TestMessages.Of("q", 0, 700, largeEvery: 100));

        CliRun run = await pair.RunAsync();

        Assert.That(run.ExitCode, Is.Zero, run.Output + run.Error);
        Assert.That(await pair.There.DrainAsync("q"), Is.EqualTo(sent));
        Assert.That(await pair.Here.CountAsync("q"), Is.Zero);
    }

    [Test]
    public async Task Priorities_stay()
    {
        await using var pair = await MigrationPair.StartAsync();
        var arguments = FieldTable.Empty.With("x-max-priority", FieldValue.FromInt32(5));
        await pair.Here.DeclareAsync("q", arguments);
        await pair.Here.DeclareAsync("same", arguments);
        await pair.Here.FillAsync("q", TestMessages.Of("q", 0, 100));
        await pair.Here.FillAsync("same", TestMessages.Of("q", 0, 100));
        string[] inOrder = await pair.Here.DrainAsync("same");

        CliRun run = await pair.RunAsync();

        Assert.That(run.ExitCode, Is.Zero, run.Output + run.Error);
        Assert.That(await pair.There.DrainAsync("q"), Is.EqualTo(inOrder));
    }

    [Test]
    public async Task A_message_with_further_routing_keys_reaches_only_its_own_queue()
    {
        await using var pair = await MigrationPair.StartAsync();
        await pair.Here.DeclareAsync("one");
        await pair.Here.DeclareAsync("two");
        var properties = TestMessages.Encode(new BasicProperties
        {
            Headers = FieldTable.Empty.With("CC", FieldValue.FromArray([FieldValue.FromString("two")])),
        });
        string[] sent = await pair.Here.FillAsync("one", [(properties, [1]), (TestMessages.Encode(new BasicProperties()), [2])]);

        CliRun run = await pair.RunAsync();

        Assert.That(run.ExitCode, Is.Zero, run.Output + run.Error);
        Assert.That(await pair.There.DrainAsync("one"), Is.EqualTo(sent));
        Assert.That(await pair.There.DrainAsync("two"), Is.EqualTo(sent[..1]));
        Assert.That(
            pair.Target.Broker.VirtualHosts.All.Single().Exchanges.Select(exchange => exchange.Name),
            Has.None.StartsWith("amqpbroker.migrate"));
    }

    [Test]
    public async Task The_count_of_deliveries_of_a_quorum_queue_is_not_moved()
    {
        await using var pair = await MigrationPair.StartAsync();
        await pair.Here.DeclareAsync("q", FieldTable.Empty.With("x-queue-type", FieldValue.FromString("quorum")));
        string[] sent = await pair.Here.FillAsync("q", [
            (TestMessages.Encode(new BasicProperties { Type = "none" }), [1]),
            (TestMessages.Encode(new BasicProperties { Headers = FieldTable.Empty.With("a", FieldValue.FromInt32(1)) }), [2]),
        ]);
        await using (var holder = await TestEnd.OpenAsync(pair.Source.Port))
            await holder.HoldAsync("q", 2);

        CliRun run = await pair.RunAsync();

        Assert.That(run.ExitCode, Is.Zero, run.Output + run.Error);
        Assert.That(await pair.There.DrainAsync("q"), Is.EqualTo(sent));
    }

    [Test]
    public async Task A_copy_leaves_the_messages_at_the_source_and_marks_them_redelivered()
    {
        await using var pair = await MigrationPair.StartAsync();
        await pair.Here.DeclareAsync("q");
        await pair.There.DeclareAsync("q");
        string[] sent = await pair.Here.FillAsync("q", TestMessages.Of("q", 0, 300));

        CliRun run = await pair.RunAsync("--copy", "--yes");

        Assert.That(run.ExitCode, Is.Zero, run.Output + run.Error);
        Assert.That(run.Error, Does.Contain("redelivered"));
        Assert.That(await pair.There.DrainAsync("q"), Is.EqualTo(sent));
        var left = await pair.Here.TakeAsync("q");
        Assert.That(left.Select(message => message.Name), Is.EqualTo(sent));
        Assert.That(left.Select(message => message.IsRedelivered), Is.All.True);
    }

    [Test]
    public async Task A_copy_that_is_not_confirmed_changes_nothing()
    {
        await using var pair = await MigrationPair.StartAsync();
        await pair.Here.DeclareAsync("q");
        await pair.There.DeclareAsync("q");
        await pair.Here.FillAsync("q", TestMessages.Of("q", 0, 3));

        CliRun run = await pair.RunAsync("--copy");

        Assert.That(run.ExitCode, Is.EqualTo(64));
        Assert.That(run.Error, Does.EndWith("amqpbroker: A copy must be confirmed: give --yes.\n"));
        Assert.That((await pair.Here.CountAsync("q"), await pair.There.CountAsync("q")), Is.EqualTo((3, 0)));
    }

    [Test]
    public async Task Only_the_selected_queues_are_moved()
    {
        await using var pair = await MigrationPair.StartAsync();
        foreach (string queue in (string[])["orders", "orders.late", "mail"])
        {
            await pair.Here.DeclareAsync(queue);
            await pair.Here.FillAsync(queue, TestMessages.Of(queue, 0, 2));
        }

        CliRun run = await pair.RunAsync("--only", "^orders");

        Assert.That(run.ExitCode, Is.Zero, run.Output + run.Error);
        Assert.That(
            pair.Target.Broker.VirtualHosts.All.Single().Queues.Select(queue => queue.Name).Order(),
            Is.EqualTo(new[] { "orders", "orders.late" }));
        Assert.That((await pair.There.CountAsync("orders"), await pair.Here.CountAsync("mail")), Is.EqualTo((2, 2)));
    }

    [Test]
    public async Task Messages_that_consumers_hold_are_reported_and_come_with_the_next_run()
    {
        await using var pair = await MigrationPair.StartAsync();
        await pair.Here.DeclareAsync("q");
        await pair.Here.FillAsync("q", TestMessages.Of("q", 0, 5));
        var holder = await TestEnd.OpenAsync(pair.Source.Port);
        await holder.HoldAsync("q", 5);
        await pair.Here.FillAsync("q", TestMessages.Of("q", 5, 3)); // a consumer without a limit takes these too
        var (code, json) = await pair.RunForJsonAsync();

        JsonElement first = json.GetProperty("report").GetProperty("queues")[0];
        Assert.That(
            (code, first.GetProperty("moved").GetInt64(), first.GetProperty("left_unacknowledged").GetInt64()), Is.EqualTo((75, 0, 8)));
        Assert.That(Notes(json), Does.Contain("unacknowledged"));
        await holder.DisposeAsync();
        (code, json) = await pair.RunForJsonAsync();

        Assert.That((code, json.GetProperty("report").GetProperty("moved_in_all").GetInt64()), Is.EqualTo((0, 8)));
        Assert.That(json.GetProperty("report").GetProperty("runs").GetInt64(), Is.EqualTo(2));
    }

    [Test]
    public async Task The_totals_of_all_runs_are_reported()
    {
        await using var pair = await MigrationPair.StartAsync();
        await pair.Here.DeclareAsync("q");
        await pair.Here.FillAsync("q", TestMessages.Of("q", 0, 4));
        await pair.RunAsync();
        await pair.Here.FillAsync("q", TestMessages.Of("q", 4, 3));

        var (code, json) = await pair.RunForJsonAsync();

        JsonElement queue = json.GetProperty("report").GetProperty("queues")[0];
        Assert.That(code, Is.Zero);
        Assert.That(
            (queue.GetProperty("moved").GetInt64(), queue.GetProperty("moved_in_all").GetInt64(), queue.GetProperty("at_target").GetInt64(),
                queue.GetProperty("comparison").GetString()),
            Is.EqualTo((3, 7, 7, "equal")));
    }

    [Test]
    public async Task A_blocked_target_is_waited_for()
    {
        await using var pair = await MigrationPair.StartAsync();
        await pair.Here.DeclareAsync("q");
        string[] sent = await pair.Here.FillAsync("q", TestMessages.Of("q", 0, 100));
        pair.Target.Broker.Alarms.SetDiskLimit(long.MaxValue);

        using var error = new StringWriter();
        Task<CliRun> running = pair.RunAsync(error, []);
        await Eventually.Holds(
            () => error.ToString().Contains("q: the target is blocked by an alarm; waiting", StringComparison.Ordinal), error.ToString);
        pair.Target.Broker.Alarms.SetDiskLimit(0);
        CliRun run = await running;

        Assert.That(run.ExitCode, Is.Zero, run.Output + error);
        Assert.That(await pair.There.DrainAsync("q"), Is.EqualTo(sent));
    }

    [Test]
    public async Task A_queue_that_producers_still_fill_is_left_after_a_while_and_named()
    {
        await using var pair = await MigrationPair.StartAsync();
        await pair.Here.DeclareAsync("q");
        string[] first = await pair.Here.FillAsync("q", TestMessages.Of("q", 0, 100));
        Task<(int ExitCode, JsonElement Json)> running = pair.RunForJsonAsync();
        var sent = first.ToList();
        while (!running.IsCompleted)
            sent.AddRange(await pair.Here.FillAsync("q", TestMessages.Of("q", sent.Count, 1)));
        var (code, json) = await running;

        Assert.That(code, Is.EqualTo(75));
        Assert.That(
            json.GetProperty("report").GetProperty("queues")[0].GetProperty("comparison").GetString(),
            Does.Contain("producers still fill it at the source"));
        Assert.That((await pair.RunAsync()).ExitCode, Is.Zero);
        Assert.That(await pair.There.DrainAsync("q"), Is.EqualTo(sent));
    }

    internal static IEnumerable<string?> Notes(JsonElement json) =>
        json.GetProperty("plan").GetProperty("notes").EnumerateArray().Select(note => note.GetProperty("kind").GetString());
}
