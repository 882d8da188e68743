namespace Amqp.Tests.Interop;

/// <summary>Several Celery workers share the tasks of a queue.</summary>
[TestFixture]
public sealed class CeleryWorkerTests : CeleryFixture
{
    [Test]
    public async Task Tasks_that_wait_are_done_by_priority()
    {
        string queue = Unique("celery");
        await RunAsync("priorities", "--queue", queue);

        await using ClientProgram worker = Work("late", queue);
        await worker.PrintedAsync("priority 0");
        worker.Kill();

        Assert.That(Printed((await worker.EndedAsync()).Lines), Is.EqualTo(
            new[] { 10, 9, 9, 5, 1, 0 }.Select(priority => $" [x] task {priority} with priority {priority}")));
    }

    [Test]
    public async Task A_late_acknowledged_task_of_a_killed_worker_goes_to_another()
    {
        string queue = Unique("celery");
        await using ClientProgram first = Work("first", queue);
        await first.PrintedAsync("first is ready");
        await RunAsync("careful", "--queue", queue, "--seconds", "600", "task");
        await first.PrintedAsync("Received 'task'");

        first.Kill();
        await using ClientProgram second = Work("second", queue);
        await second.PrintedAsync("Done 'task'");
        second.Kill();

        Assert.That(Printed((await second.EndedAsync()).Lines), Is.EqualTo(new[] { " [x] Received 'task' again", " [x] Done 'task'" }));
    }

    [Test]
    public async Task A_broadcast_task_goes_to_every_worker()
    {
        string everyone = Unique("everyone");
        await using ClientProgram first = Work("first", Unique("celery"), "--broadcast", everyone);
        await using ClientProgram second = Work("second", Unique("celery"), "--broadcast", everyone);
        await first.PrintedAsync("first is ready");
        await second.PrintedAsync("second is ready");

        await RunAsync("broadcast", "--broadcast", everyone);

        await first.PrintedAsync("to all");
        await second.PrintedAsync("to all");
    }

    /// <summary>Returns the output of the tasks, without the start-up output of the worker.</summary>
    private static IEnumerable<string> Printed(IEnumerable<string> lines) =>
        lines.Where(line => line.StartsWith(" [x]", StringComparison.Ordinal));

    /// <summary>Starts a worker. It consists of a single process, so killing it leaves no other process behind.</summary>
    private ClientProgram Work(string name, string queue, params string[] arguments) =>
        Start("worker", ["--name", name, "--queue", queue, "--pool", "threads", .. arguments]);
}
