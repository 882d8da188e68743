namespace Amqp.Tests.Interop;

/// <summary>Applications use Celery with this broker: a worker with a pool of processes, and clients that call its tasks.</summary>
[TestFixture]
public sealed class CeleryTests : CeleryFixture
{
    private readonly string _queue = Unique("celery");
    private readonly string _other = Unique("celery");
    private ClientProgram _worker = null!;

    [OneTimeSetUp]
    public async Task StartWorkerAsync()
    {
        _worker = Start("worker", "--queue", _queue, "--more", _other, "--concurrency", "2");
        await _worker.PrintedAsync("worker is ready");
    }

    [OneTimeTearDown]
    public async Task StopWorkerAsync()
    {
        if (_worker is null)
            return;
        try
        {
            await RunAsync("control", "--shutdown");
            await _worker.FinishedAsync();
        }
        finally
        {
            await _worker.DisposeAsync();
        }
    }

    [Test]
    public async Task Results_and_errors_come_back_over_a_reply_queue() =>
        Assert.That(await CallAsync("results"), Is.EqualTo(new[]
        {
            " [x] 2 + 3 = 5",
            " [x] group: 380",
            " [x] chain: 10",
            " [x] a megabyte came back: True",
            " [x] raised: no such thing, FAILURE",
        }));

    [Test]
    public async Task Tasks_that_fail_are_tried_again_as_often_as_they_may() =>
        Assert.That(await CallAsync("retries"), Is.EqualTo(new[]
        {
            " [x] succeeded after 2 retries",
            " [x] gave up: failed 4 times",
        }));

    [Test]
    public async Task Tasks_for_later_are_done_and_not_before_their_time() =>
        Assert.That(await CallAsync("schedule"), Is.EqualTo(new[]
        {
            " [x] at once, soon, later",
            " [x] early: []",
        }));

    [Test]
    public async Task A_worker_is_controlled_from_afar() =>
        Assert.That(await CallAsync("control"), Is.EqualTo(new[]
        {
            " [x] ping: True",
            $" [x] queues: {_queue}, {_other}",
            " [x] tasks: True",
            " [x] revoked, REVOKED",
            " [x] rate limit: ['new rate limit set successfully']",
            " [x] held back: True",
        }));

    [Test]
    public async Task Monitors_are_told_what_becomes_of_a_task() =>
        Assert.That(await CallAsync("events"), Is.EqualTo(new[]
        {
            " [x] worker-heartbeat, task-received, task-started, task-succeeded",
        }));

    [Test]
    public async Task Tasks_are_routed_by_name_by_queue_and_by_topic() =>
        Assert.That(await CallAsync("routing", "--other", _other, "--topics", Unique("topics")), Is.EqualTo(new[]
        {
            $" [x] default: worker by {_queue}",
            $" [x] queue: worker by {_other}",
            " [x] topic: worker by feed.news",
            $" [x] route: worker by {_other}",
        }));

    private Task<IReadOnlyList<string>> CallAsync(string program, params string[] arguments) =>
        RunAsync(program, ["--queue", _queue, .. arguments]);
}
