namespace Amqp.Tests.Interop;

/// <summary>
/// Several workers share a durable queue, and acknowledge finished tasks. No worker gets more messages than its prefetch count.
/// </summary>
[TestFixture(ClientLanguage.Python)]
[TestFixture(ClientLanguage.Node)]
public sealed class TaskQueueTests(ClientLanguage language) : InteropFixture(language)
{
    [Test]
    public async Task Idle_workers_are_given_tasks_in_turn()
    {
        string queue = Unique("task_queue");
        await using ClientProgram first = Start("task_worker", "--queue", queue, "--prefetch", "0");
        await using ClientProgram second = Start("task_worker", "--queue", queue, "--prefetch", "0");
        await first.PrintedAsync("Waiting for tasks");
        await second.PrintedAsync("Waiting for tasks");

        await RunAsync("task_producer", "--queue", queue, "--count", "10", "--quit", "2");

        Assert.That(new[] { Done(await first.FinishedAsync()), Done(await second.FinishedAsync()) }, Is.EqualTo(new[] { 5, 5 }));
    }

    [Test]
    public async Task A_worker_with_a_full_prefetch_window_is_passed_over()
    {
        string queue = Unique("task_queue");
        await using ClientProgram busy = Start("task_worker", "--queue", queue, "--prefetch", "2", "--hold");
        await busy.PrintedAsync("Waiting for tasks");
        await RunAsync("task_producer", "--queue", queue, "--count", "10");
        await busy.PrintedAsync("Received 'task 2'");

        await RunAsync("task_worker", "--queue", queue, "--count", "8");
        busy.Kill();

        Assert.That(Received((await busy.EndedAsync()).Lines), Is.EqualTo(new[] { " [x] Received 'task 1'", " [x] Received 'task 2'" }));
    }

    [Test]
    public async Task A_task_of_a_killed_worker_goes_to_the_other_one()
    {
        string queue = Unique("task_queue");
        await using ClientProgram stuck = Start("task_worker", "--queue", queue, "--hold");
        await stuck.PrintedAsync("Waiting for tasks");
        await RunAsync("task_producer", "--queue", queue, "--count", "3");
        await stuck.PrintedAsync("Received 'task 1'");
        await using ClientProgram other = Start("task_worker", "--queue", queue, "--count", "3");
        await other.PrintedAsync("Done 'task 3'");

        stuck.Kill();

        Assert.That(Received(await other.FinishedAsync()), Is.EqualTo(new[]
        {
            " [x] Received 'task 2'",
            " [x] Received 'task 3'",
            " [x] Received 'task 1' again",
        }));
    }

    [Test]
    public async Task Acknowledged_tasks_do_not_come_again()
    {
        string queue = Unique("task_queue");
        await RunAsync("task_producer", "--queue", queue, "--count", "2");
        await RunAsync("task_worker", "--queue", queue, "--count", "2");

        await RunAsync("task_producer", "--queue", queue, "--quit", "1", "--count", "0");
        IReadOnlyList<string> lines = await RunAsync("task_worker", "--queue", queue);

        Assert.That(Received(lines), Is.Empty);
    }

    private static IEnumerable<string> Received(IEnumerable<string> lines) =>
        lines.Where(line => line.Contains("Received", StringComparison.Ordinal));

    private static int Done(IEnumerable<string> lines) => lines.Count(line => line.Contains("Done", StringComparison.Ordinal));
}
