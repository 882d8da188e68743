using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Sessions;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Jobs;

/// <summary>
/// Moves or copies messages of a queue, in batches. Each message is stored in its new queues before it leaves its old queue.
/// </summary>
/// <remarks>
/// After a crash, the settle of a moved message counts only if the new copy was written (<c>isBound</c> of the store). So a crash loses no
/// message; only messages of the current batch can exist twice. Used by the task of the job.
/// </remarks>
internal sealed class MessageTransfer : IDisposable
{
    private readonly LocalSession _session;
    private readonly SessionServices _services;
    private readonly Queue _source;
    private readonly MessageDestination _destination;
    private readonly MessageFilter _filter;
    private readonly MessageIntake _intake;
    private readonly ScanBatch _batch = new();
    private readonly List<MessageRoute?> _routes = []; // the routes of the batch; null for a message that has to stay
    private readonly List<StoredMessage> _moved = [];
    private readonly List<StoredMessage> _left = [];
    private readonly long _total;

    /// <summary>Checks permissions, and begins a scan of the source.</summary>
    /// <param name="session">Session of the user. This object disposes of it, unless the constructor throws.</param>
    /// <param name="services">The alarms.</param>
    /// <param name="source">Name of the source queue.</param>
    /// <param name="choose">Returns the destination.</param>
    /// <param name="filter">The messages to move or copy.</param>
    /// <exception cref="BrokerException">
    /// 403, 404 or 405: the user may not use a queue or exchange. 406: the destination is the source, or another job works on the source.
    /// </exception>
    public MessageTransfer(
        LocalSession session,
        SessionServices services,
        string source,
        Func<BrokerSession, MessageDestination> choose,
        MessageFilter filter)
    {
        (_session, _services, _filter) = (session, services, filter);
        (_source, _destination) = session.Ask(asked =>
        {
            var queue = asked.Topology.GetQueueToRead(source);
            var destination = choose(asked);
            return !destination.Is(queue)
                ? (queue, destination)
                : throw new BrokerException(BrokerError.Precondition, $"queue '{source}' is both the source and the destination");
        });
        _intake = new MessageIntake(_source.Host.Services) { BuriesRefused = false, TakesRepeats = true };
        _total = JobScan.Begin(_source);
    }

    public string Target => _destination.Name;

    private bool MustWait => _services.Alarms.IsSet || _source.Host.Services.Store.IsBehind;

    /// <summary>Runs the job to its end.</summary>
    /// <exception cref="JobException">The destination refuses messages.</exception>
    /// <exception cref="BrokerException">The source is deleted or cannot be read, or a permission was revoked.</exception>
    /// <exception cref="OperationCanceledException">The job was cancelled.</exception>
    public async Task RunAsync(Job job)
    {
        try
        {
            job.Total = _total;
            var look = new JobLook(job, _filter, _destination);
            for (bool hasMore = true; hasMore && !(job.Done >= job.Plan.Limit);)
            {
                job.Cancellation.ThrowIfCancellationRequested();
                if (!job.Plan.IsDryRun && MustWait)
                    await WaitForRoomAsync(job);
                hasMore = _session.Ask(asked => Step(asked, job, look));
                await Task.Yield(); // so that a long job does not keep a thread of the pool from other work
            }
        }
        finally
        {
            Dispose();
            var store = _source.Host.Services.Store;
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

    private async Task WaitForRoomAsync(Job job)
    {
        while (_services.Alarms.Reason is { } reason)
        {
            job.WaitsFor = reason;
            await _services.Alarms.WaitUntilClearedAsync().WaitAsync(job.Cancellation);
        }
        job.WaitsFor = null;
        await _source.Host.Services.Store.WaitForRoomAsync(job.Cancellation);
    }

    /// <summary>Handles one batch.</summary>
    /// <returns>False if no message is left.</returns>
    private bool Step(BrokerSession session, Job job, JobLook look)
    {
        session.Access.DemandQueue(AccessKind.Read, _source.Name);
        bool isMove = job.Plan is { Kind: not JobKind.Copy, IsDryRun: false };
        var round = session.Client.Round;
        _batch.Clear();
        _batch.Wanted = job.Plan.Limit - job.Done ?? long.MaxValue;
        _moved.Clear();
        bool isStored = false;
        try
        {
            bool hasMore = _source.Deliveries.Scan.Next(look, _batch, isMove);
            if (job.Plan.IsDryRun)
            {
                job.Done += _batch.Count;
                return hasMore;
            }
            var failure = Store(session, job, round);
            round.HandOver();
            isStored = true;
            var gone = Sort(job);
            failure?.Throw();
            return gone is not null ? throw new JobException($"{NameOf(gone)} was deleted") : hasMore;
        }
        finally
        {
            if (isMove)
                End(isStored, round);
        }
    }

    /// <summary>Stores the messages of the batch in their new queues.</summary>
    /// <returns>The error that ends the job; null if it can continue. The messages before the error are stored.</returns>
    private ExceptionDispatchInfo? Store(BrokerSession session, Job job, DispatchRound round)
    {
        _routes.Clear();
        for (int i = 0; i < _batch.Count; i++)
        {
            var message = EncodedMessage.Read(_batch.Payload(i));
            try
            {
                var route = _destination.Find(session, message, out var head);
                _routes.Add(route);
                if (route is null)
                    job.Skip(_destination.SkipReason);
                else if (_intake.Store(route, head, message.Body, TraitsOf(message), round) == MessageIntake.Refused)
                    throw new JobException($"{NameOf(route)} refuses messages: a queue is full, or has crashed");
            }
            catch (Exception error)
            {
                _routes.RemoveRange(i, _routes.Count - i); // the message is not stored
                return ExceptionDispatchInfo.Capture(error);
            }
        }
        return null;
    }

    /// <summary>
    /// Counts the stored messages, and notes which may leave the source. A message stays if all its new queues were deleted meanwhile.
    /// </summary>
    /// <returns>A route whose queues were deleted; null if there is none.</returns>
    private MessageRoute? Sort(Job job)
    {
        MessageRoute? gone = null;
        MessageRoute? last = null; // the routes of adjacent messages are mostly the same
        bool isGone = false;
        for (int i = 0; i < _routes.Count; i++)
        {
            if (_routes[i] is not { } route)
                continue;
            if (!ReferenceEquals(route, last))
                (last, isGone) = (route, IsGone(route));
            if (isGone)
            {
                gone = route;
                continue;
            }
            job.Done++;
            _moved.Add(_batch.Messages[i]);
        }
        return gone;
    }

    /// <summary>Settles the messages that were moved, and returns all others to their places.</summary>
    private void End(bool isStored, DispatchRound round)
    {
        var moved = CollectionsMarshal.AsSpan(_moved);
        if (isStored && !moved.IsEmpty)
            _source.Deliveries.Scan.Settle(moved, isBound: true);
        int next = 0;
        _left.Clear();
        foreach (ref readonly var message in _batch.Messages)
        {
            if (isStored && next < moved.Length && moved[next] == message)
                next++;
            else
                _left.Add(message);
        }
        _source.Deliveries.Scan.PutBack(CollectionsMarshal.AsSpan(_left), round);
    }

    /// <summary>Names the destination for an error text: the queue, if the route has only one.</summary>
    private string NameOf(MessageRoute route) => route.Queues is [var only] ? $"queue '{only.Name}'" : _destination.Name;

    private static bool IsGone(MessageRoute route) =>
        route.Queues.Length > 0 && route.Targets.Length == 0 && Array.TrueForAll(route.Queues, queue => queue.Status.IsDeleted);

    /// <summary>Returns the traits of a message that is stored anew. Of its expiration, only the remaining time counts.</summary>
    private MessageTraits TraitsOf(in EncodedMessage message)
    {
        var properties = EncodedProperties.ReadAccepted(message.Properties);
        long expiration = Expiry.None;
        if (message.Stamp is { Expiration: not Expiry.None } stamp)
            expiration = Math.Max(1, stamp.Expiration - Math.Max(0, _source.Host.Services.Timer.Now - stamp.Published));
        return new MessageTraits(properties.IsPersistent, properties.Priority, expiration);
    }
}
