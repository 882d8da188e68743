using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;

namespace Amqp.Server.Broker.Jobs;

/// <summary>Deletes messages of a queue, in batches. As with a purge, they do not become dead letters.</summary>
/// <remarks>Runs during an alarm too, because it frees memory and disk space. Used by the task of the job.</remarks>
internal sealed class MessageRemoval : IDisposable
{
    private readonly LocalSession _session;
    private readonly Queue _source;
    private readonly MessageFilter _filter;
    private readonly ScanBatch _batch = new();
    private readonly long _total;

    /// <summary>Checks permissions, and begins a scan of the queue.</summary>
    /// <param name="session">Session of the user. This object disposes of it, unless the constructor throws.</param>
    /// <param name="source">Name of the queue.</param>
    /// <param name="filter">The messages to delete.</param>
    /// <exception cref="BrokerException">
    /// 403, 404 or 405: the user may not read the queue, or it does not exist. 406: another job works on the queue.
    /// </exception>
    public MessageRemoval(LocalSession session, string source, MessageFilter filter)
    {
        (_session, _filter) = (session, filter);
        _source = session.Ask(asked => asked.Topology.GetQueueToRead(source));
        _total = JobScan.Begin(_source);
    }

    /// <summary>Runs the job to its end.</summary>
    /// <exception cref="BrokerException">The queue is deleted or cannot be read, or the permission was revoked.</exception>
    /// <exception cref="OperationCanceledException">The job was cancelled.</exception>
    public async Task RunAsync(Job job)
    {
        var store = _source.Host.Services.Store;
        try
        {
            job.Total = _total;
            var look = new JobLook(job, _filter, destination: null);
            for (bool hasMore = true; hasMore && !(job.Done >= job.Plan.Limit);)
            {
                job.Cancellation.ThrowIfCancellationRequested();
                if (!job.Plan.IsDryRun && store.IsBehind)
                    await store.WaitForRoomAsync(job.Cancellation);
                hasMore = _session.Ask(asked => Step(asked, job, look));
                await Task.Yield(); // so that a long job does not keep a thread of the pool from other work
            }
        }
        finally
        {
            Dispose();
            long position = store.AppendedPosition;
            store.RequestCommit(position);
            await store.WaitForCommitAsync(position);
        }
    }

    /// <summary>Ends the scan and the session.</summary>
    public void Dispose()
    {
        _source.Deliveries.Scan.End();
        _session.Dispose();
    }

    /// <summary>Handles one batch.</summary>
    /// <returns>False if no message is left.</returns>
    private bool Step(BrokerSession session, Job job, JobLook look)
    {
        session.Access.DemandQueue(AccessKind.Read, _source.Name);
        _batch.Clear();
        _batch.Wanted = job.Plan.Limit - job.Done ?? long.MaxValue;
        var scan = _source.Deliveries.Scan;
        try
        {
            return scan.Next(look, _batch, takes: !job.Plan.IsDryRun);
        }
        finally
        {
            // Also after an exception: what the scan has taken is deleted, because it satisfies the conditions.
            if (!job.Plan.IsDryRun && _batch.Count > 0)
                scan.Settle(_batch.Messages, isBound: false);
            job.Done += _batch.Count;
            session.Client.Round.Touch(_source);
        }
    }
}
