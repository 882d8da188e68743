using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Jobs;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Sessions;
using Amqp.Storage.Faults;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>Moves during alarms, deletions, cancellations and failures of the store.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class MessageTransferTests : IAsyncDisposable
{
    private readonly BareBroker _broker = new();
    private Queue _from = null!, _to = null!;

    [SetUp]
    public void Declare()
    {
        _from = _broker.Declare("from", QueueFlags.Durable);
        _to = _broker.Declare("to", QueueFlags.Durable);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Test]
    public async Task A_move_waits_while_memory_is_short_and_can_be_cancelled()
    {
        Fill(1_000);
        _broker.Broker.Alarms.SetMemoryLimit(1);

        var job = Start();
        await Eventually.Holds(() => job.WaitsFor is not null, () => "the job does not wait");
        Assert.That((job.WaitsFor, job.Looked), Is.EqualTo(("low on memory", 0)));
        job.Cancel();

        await EndAsync(job);
        Assert.That((job.Status.State, _from.Counts.Ready, _to.Counts.Ready), Is.EqualTo((JobState.Cancelled, 1_000, 0)));
        Assert.That(_from.Deliveries.Scan.TryBegin(out _), Is.True, "the job has ended its scan");
    }

    [Test]
    public async Task A_move_continues_after_the_alarm()
    {
        Fill(1_000);
        _broker.Broker.Alarms.SetMemoryLimit(1);
        var job = Start();
        await Eventually.Holds(() => job.WaitsFor is not null, () => "the job does not wait");

        _broker.Broker.Alarms.SetMemoryLimit(long.MaxValue);

        await EndAsync(job);
        Assert.That((job.Status.State, _from.Counts.Ready, _to.Counts.Ready), Is.EqualTo((JobState.Completed, 0, 1_000)));
    }

    [Test]
    public async Task A_deleted_target_ends_the_job_and_the_source_keeps_the_messages()
    {
        Fill(1_000);
        _broker.Broker.Alarms.SetMemoryLimit(1);
        var job = Start();
        await Eventually.Holds(() => job.WaitsFor is not null, () => "the job does not wait");

        _broker.Host.Topology.DeleteQueue(_to, ifUnused: false, ifEmpty: false);
        _broker.Broker.Alarms.SetMemoryLimit(long.MaxValue);

        await EndAsync(job);
        Assert.That(
            (job.Status.State, job.Status.Reason, job.Done, _from.Counts),
            Is.EqualTo((JobState.Failed, "queue 'to' was deleted", 0, (1_000L, 0L, 0))));
    }

    [Test]
    public async Task A_deleted_source_ends_the_job()
    {
        Fill(1_000);
        _broker.Broker.Alarms.SetMemoryLimit(1);
        var job = Start();
        await Eventually.Holds(() => job.WaitsFor is not null, () => "the job does not wait");

        _broker.Host.Topology.DeleteQueue(_from, ifUnused: false, ifEmpty: false);
        _broker.Broker.Alarms.SetMemoryLimit(long.MaxValue);

        await EndAsync(job);
        Assert.That((job.Status.State, job.Status.Reason), Is.EqualTo((JobState.Failed, "no queue 'from' in vhost '/'")));
    }

    [Test]
    public async Task A_revoked_permission_ends_the_job()
    {
        Fill(1_000);
        _broker.Broker.Alarms.SetMemoryLimit(1);
        var job = Start();
        await Eventually.Holds(() => job.WaitsFor is not null, () => "the job does not wait");

        _broker.Broker.Permissions.Delete("/", "guest");
        _broker.Broker.Alarms.SetMemoryLimit(long.MaxValue);

        await EndAsync(job);
        Assert.That(
            (job.Status.State, job.Status.Reason, _from.Counts.Ready),
            Is.EqualTo((JobState.Failed, "read access to queue 'from' in vhost '/' refused for user 'guest'", 1_000)));
    }

    [Test]
    public async Task A_failure_of_the_store_ends_the_job_and_loses_nothing()
    {
        Fill(1_000);
        int appends = 0;
        _broker.Store.Before = (call, _) =>
        {
            if (call == "Append" && ++appends == 400)
                throw new StoreFailedException("the disk is gone");
        };

        var job = Start();

        await EndAsync(job);
        Assert.That((job.Status.State, job.Status.Reason), Is.EqualTo((JobState.Failed, "the disk is gone")));
        Assert.That((job.Done, _to.Counts.Ready, _from.Counts), Is.EqualTo((399, 399, (601L, 0L, 0))));
    }

    [Test]
    public async Task A_second_job_on_the_same_queue_is_refused()
    {
        Fill(10);
        _broker.Broker.Alarms.SetMemoryLimit(1);
        var job = Start();

        Assert.That(
            () => Start(),
            Throws.InstanceOf<BrokerException>().With.Message.EqualTo(
                "another job works on queue 'from': wait for its end, or cancel it"));
        job.Cancel();
        await EndAsync(job);
        Assert.That(() => Start(), Throws.Nothing);
    }

    [Test]
    public async Task A_moved_message_keeps_the_rest_of_its_time()
    {
        _broker.Publish(_from, isPersistent: true, expiration: 60_000, properties: Encoded.Properties(new() { Expiration = "60000" }));
        _broker.Clock.Advance(50_000);

        await EndAsync(Start());

        _broker.Clock.Advance(9_000);
        _broker.Serve(_to);
        Assert.That(_to.Counts.Ready, Is.EqualTo(1));
        _broker.Clock.Advance(2_000);
        _broker.Serve(_to);
        Assert.That(_to.Counts.Ready, Is.Zero);
    }

    [Test]
    public async Task An_expired_message_is_not_moved()
    {
        _broker.Publish(_from, isPersistent: true, expiration: 10, properties: Encoded.Properties(new() { Expiration = "10" }));
        _broker.Publish(_from, isPersistent: true);
        _broker.Clock.Advance(1_000);

        var job = Start();

        await EndAsync(job);
        Assert.That((job.Done, _to.Counts.Ready), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task Ended_jobs_are_forgotten_at_last()
    {
        var first = Start();
        await EndAsync(first);
        for (int i = 0; i < JobTable.MostEnded; i++)
            await EndAsync(Start());

        Assert.That(_broker.Broker.Jobs.All, Has.Count.EqualTo(JobTable.MostEnded + 1).Or.Count.EqualTo(JobTable.MostEnded));
        Assert.That(_broker.Broker.Jobs.Find(first.Id), Is.Null);
    }

    [Test]
    public async Task Too_many_running_jobs_are_refused()
    {
        _broker.Broker.Alarms.SetMemoryLimit(1);
        var jobs = new List<Job>();
        for (int i = 0; i < JobTable.MostRunning; i++)
        {
            _broker.Publish(_broker.Declare($"q{i}"));
            jobs.Add(Start($"q{i}"));
        }

        Assert.That(
            () => Start(),
            Throws.InstanceOf<BrokerException>().With.Message.EqualTo(
                "8 jobs are running, and no more may run at the same time: wait, or cancel one"));
        jobs.ForEach(job => job.Cancel());
        jobs.ForEach(job => EndAsync(job).Wait());
        Assert.That(_from.Deliveries.Scan.TryBegin(out _), Is.True);
    }

    [Test]
    public async Task The_stop_of_the_broker_ends_the_jobs()
    {
        Fill(10);
        _broker.Broker.Alarms.SetMemoryLimit(1);
        var job = Start();

        await _broker.Broker.Jobs.DisposeAsync();

        Assert.That(job.Status.State, Is.EqualTo(JobState.Cancelled));
        Assert.That(() => Start(), Throws.InstanceOf<BrokerException>().With.Message.EqualTo("the broker stops"));
    }

    private static Task EndAsync(Job job) =>
        Eventually.Holds(() => job.Status.State != JobState.Running, () => "the job does not end");

    private void Fill(int count)
    {
        for (int i = 0; i < count; i++)
            _broker.Post(_from, isPersistent: true);
        _broker.Round.Complete();
    }

    private Job Start(string source = "from")
    {
        var broker = _broker.Broker;
        var session = new LocalSession(broker.Sessions, broker.Users.Find("guest")!, _broker.Host, "test");
        var transfer = new MessageTransfer(
            session, broker.Sessions, source, asked => new QueueDestination(asked, "to"), new MessageFilter([]));
        try
        {
            return broker.Jobs.Start(new JobPlan(JobKind.Move, "/", "guest", source, transfer.Target, [], null, false), transfer.RunAsync);
        }
        catch
        {
            transfer.Dispose();
            throw;
        }
    }
}
