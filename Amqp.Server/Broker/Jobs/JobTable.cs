using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Faults;
using Amqp.Storage.Faults;

namespace Amqp.Server.Broker.Jobs;

/// <summary>The jobs that run, and the last jobs that have ended. Kept in memory only: a restart ends and forgets all jobs.</summary>
/// <remarks>Thread-safe. A lock guards the list.</remarks>
internal sealed class JobTable(ContainedFaults faults, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>Maximum number of jobs that run at the same time.</summary>
    public const int MostRunning = 8;

    /// <summary>Maximum number of ended jobs that are listed.</summary>
    public const int MostEnded = 100;

    private readonly Lock _lock = new();
    private readonly List<(Job Job, Task Task)> _jobs = []; // in the order of their ids
    private long _lastId;
    private bool _isClosed;

    /// <summary>All jobs, the newest first.</summary>
    public IReadOnlyList<Job> All
    {
        get
        {
            lock (_lock)
                return [.. _jobs.Select(entry => entry.Job).Reverse()];
        }
    }

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public Job? Find(long id) => All.FirstOrDefault(job => job.Id == id);

    /// <summary>Starts a job on the thread pool.</summary>
    /// <param name="plan">Description of the job.</param>
    /// <param name="run">The work. It ends early when <see cref="Job.Cancellation"/> is cancelled.</param>
    /// <exception cref="BrokerException">406: too many jobs run, or the broker stops.</exception>
    public Job Start(JobPlan plan, Func<Job, Task> run)
    {
        lock (_lock)
        {
            var job = NewJob(plan);
            _jobs.Add((job, Task.Run(() => RunAsync(job, run))));
            return job;
        }
    }

    /// <summary>Runs a job as a part of the caller's request.</summary>
    /// <returns>The job, when it has ended.</returns>
    /// <inheritdoc cref="Start"/>
    public async Task<Job> RunHereAsync(JobPlan plan, Func<Job, Task> run)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Job job;
        lock (_lock)
        {
            job = NewJob(plan);
            _jobs.Add((job, ended.Task));
        }
        await RunAsync(job, run);
        ended.SetResult();
        return job;
    }

    /// <summary>Ends all jobs, and waits for their ends.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] tasks;
        lock (_lock)
        {
            _isClosed = true;
            tasks = [.. _jobs.Select(entry => entry.Task)];
        }
        foreach (var job in All)
            job.Cancel();
        await Task.WhenAll(tasks);
    }

    /// <summary>Runs a job, and sets its final state. Never throws.</summary>
    private async Task RunAsync(Job job, Func<Job, Task> run)
    {
        var (state, reason) = (JobState.Completed, (string?)null);
        try
        {
            await run(job);
        }
        catch (OperationCanceledException) when (job.Cancellation.IsCancellationRequested)
        {
            state = JobState.Cancelled;
        }
        catch (Exception error) when (error is BrokerException or JobException or StoreFailedException)
        {
            (state, reason) = (JobState.Failed, error.Message);
        }
        catch (Exception error)
        {
            faults.Note(Compartment.Broker, $"job {job.Id} ({job.Plan.Kind.Name()})", error);
            (state, reason) = (JobState.Failed, "unexpected error; the broker's log says more");
        }
        job.End(state, reason, Now);
    }

    private Job NewJob(JobPlan plan)
    {
        if (_isClosed)
            throw new BrokerException(BrokerError.Precondition, "the broker stops");
        int running = _jobs.Count(entry => entry.Job.Status.State == JobState.Running);
        if (running >= MostRunning)
            throw new BrokerException(
                BrokerError.Precondition, $"{running} jobs are running, and no more may run at the same time: wait, or cancel one");
        for (int ended = _jobs.Count - running; ended >= MostEnded; ended--)
        {
            int oldest = _jobs.FindIndex(entry => entry.Job.Status.State != JobState.Running);
            _jobs[oldest].Job.Dispose();
            _jobs.RemoveAt(oldest);
        }
        return new Job(++_lastId, plan, Now);
    }
}

/// <summary>Thrown in a job that cannot continue. The message is the reason that the user sees.</summary>
internal sealed class JobException(string reason) : Exception(reason);
