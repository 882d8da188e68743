using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>
/// One round of work on one thread, such as the handling of all frames of one read from a socket. A round gathers the published messages,
/// and the queues and outputs that were touched. When the round ends, it hands runs of messages to their queues, drains each queue once
/// and flushes each output once.
/// </summary>
/// <remarks>
/// Owned by one thread at a time. The next round reuses the lists, so that a round allocates nothing. The lists get their memory on first
/// use, because each connection has a round, and most of ten thousand connections are idle.
/// Each queue and each output refers to the round that noted it last, so the round keeps duplicates out of its lists without a search.
/// Two concurrent rounds may each note the same queue twice. The cost is a drain of an empty queue; no message is lost or repeated.
/// <para>An unexpected exception stays in the queue (<see cref="QueueFaults.IsCrashed"/>) or output (<see cref="IOutput.Flush"/>) that
/// raised it. The exception does not reach the round, which serves all other queues and outputs.</para>
/// </remarks>
/// <param name="deadLetterShare">Limit of dead-letter work per round, in the units of <see cref="NoteDeadLetter"/>.</param>
internal sealed class DispatchRound(int deadLetterShare = DispatchRound.PublishersDeadLetterShare)
{
    /// <summary>
    /// Number of gathered messages after which a round completes early, so that consumers need not wait for the end of a long batch.
    /// </summary>
    private const int MaxGathered = 512;

    /// <summary>Smallest capacity of a list of messages.</summary>
    private const int MinGathered = 64;

    /// <summary>
    /// Maximum number of passes over deferred messages. The delivery of a dead-lettered copy causes another copy. Without a limit, a cycle
    /// of queues that dead-letter would never end.
    /// </summary>
    private const int MaxCopiesOfCopies = 16;

    /// <summary>
    /// Dead-letter limit of a round that serves a client. The messages of one round usually cause less work than this limit, so a thread
    /// that publishes to full queues also publishes their dead letters. Cycles of full queues continue on the thread pool.
    /// </summary>
    public const int PublishersDeadLetterShare = 4096;

    /// <summary>
    /// Dead-letter limit of a round on the thread pool. The limit is low, because hundreds of queues may wait for the pool, and each queue
    /// waits until every other queue has had a round.
    /// </summary>
    public const int PooledDeadLetterShare = 256;

    /// <summary>Bytes of a message that cost as much as adding the message to one more queue.</summary>
    private const int BytesPerWork = 4096;

    private readonly List<Queue> _queues = [];
    private readonly List<IOutput> _outputs = [];
    private readonly List<IOutput> _due = [];
    private (Queue Queue, StoredMessage Message)[] _published = [];
    private int _publishedCount;
    private (Queue Queue, Subscription? Subscription, StoredMessage Message)[] _acknowledged = [];
    private int _acknowledgedCount;
    private StoredMessage[] _run = []; // acknowledged messages of one queue and one subscription
    private StoredMessage[] _delivered = [];
    private int _deliveredCount;
    private List<IDeferredPublish>? _deferred;
    private int _deadLetterWork;

    /// <summary>True if the round has gathered so many messages that it should complete early.</summary>
    public bool IsFull => _publishedCount >= MaxGathered || _acknowledgedCount >= MaxGathered || _deferred?.Count >= MaxGathered;

    /// <summary>
    /// False once the round has reached its dead-letter limit. The thread pool then publishes the remaining dead letters.
    /// </summary>
    public bool HasTimeForDeadLetters => _deadLetterWork < deadLetterShare;

    /// <summary>
    /// The messages delivered to the consumer that is being served. The queue settles them if the consumer needs no acknowledgement.
    /// </summary>
    public ReadOnlySpan<StoredMessage> Delivered => _delivered.AsSpan(0, _deliveredCount);

    /// <summary>Gathers a message, which <see cref="HandOver"/> adds to its queue.</summary>
    public void Publish(Queue queue, in StoredMessage message)
    {
        if (_publishedCount == _published.Length)
            Array.Resize(ref _published, Larger(_published.Length));
        _published[_publishedCount++] = (queue, message);
    }

    /// <summary>
    /// True during the commit of a transaction: after a crash, the acknowledgements of the transaction count only if its publishes were
    /// written too.
    /// </summary>
    public bool BindsSettles { get; set; }

    /// <summary>Gathers an acknowledgement. <see cref="HandOver"/> settles the message in its queue, and resumes the consumer.</summary>
    public void Acknowledge(Queue queue, Subscription? subscription, in StoredMessage message)
    {
        if (_acknowledgedCount == _acknowledged.Length)
            Array.Resize(ref _acknowledged, Larger(_acknowledged.Length));
        _acknowledged[_acknowledgedCount++] = (queue, subscription, message);
    }

    /// <summary>Notes one delivery to the consumer that is being served.</summary>
    public void NoteDelivered(in StoredMessage message)
    {
        if (_deliveredCount == _delivered.Length)
            Array.Resize(ref _delivered, Larger(_delivered.Length));
        _delivered[_deliveredCount++] = message;
    }

    /// <summary>Clears the list of deliveries before the next consumer is served.</summary>
    public void ClearDelivered() => _deliveredCount = 0;

    /// <summary>Counts the work for one dead letter: 1, plus 1 per target queue, plus 1 per 4 KiB of its length.</summary>
    public void NoteDeadLetter(int queues, int length) => _deadLetterWork += 1 + queues + length / BytesPerWork;

    /// <summary>Notes that a queue may have something to deliver, and has to be drained.</summary>
    public void Touch(Queue queue)
    {
        if (ReferenceEquals(queue.NotedBy, this))
            return;
        queue.NotedBy = this;
        _queues.Add(queue);
    }

    /// <summary>Notes that an output was written to, and has to be flushed.</summary>
    public void Touch(IOutput output)
    {
        if (ReferenceEquals(output.NotedBy, this))
            return;
        output.NotedBy = this;
        _outputs.Add(output);
    }

    /// <summary>Notes that an output holds enough bytes to be flushed before the round ends.</summary>
    public void NoteDue(IOutput output) => _due.Add(output);

    /// <summary>Flushes the outputs that are due (<see cref="NoteDue"/>). Call without a lock.</summary>
    public void FlushDue()
    {
        if (_due.Count == 0)
            return;
        foreach (var output in _due)
            output.Flush();
        _due.Clear();
    }

    /// <summary>
    /// Adds the published messages to their queues and settles the acknowledged messages, so that the queues are up to date.
    /// </summary>
    public void HandOver()
    {
        HandOverPublished();
        HandOverAcknowledged();
    }

    /// <summary>
    /// Notes a message of the broker itself, which <see cref="Drain"/> publishes. Callable under a queue's lock, which forbids routing.
    /// </summary>
    public void Defer(IDeferredPublish message) => (_deferred ??= []).Add(message);

    /// <summary>Hands the gathered messages over and drains every touched queue. Call without a lock.</summary>
    public void Drain()
    {
        DrainTouched();
        if (_deferred is not null)
            PublishDeferred(_deferred);
    }

    /// <summary>
    /// Hands the gathered messages over, drains every touched queue and flushes every touched output. Call without a lock.
    /// </summary>
    public void Complete()
    {
        Drain();
        _deadLetterWork = 0;
        for (int i = 0; i < _outputs.Count; i++)
        {
            var output = _outputs[i];
            if (ReferenceEquals(output.NotedBy, this))
                output.NotedBy = null;
            output.Flush();
        }
        _outputs.Clear();
        _due.Clear(); // a drain that ended early leaves entries, and an idle round must not keep the output of another connection alive
    }

    private void PublishDeferred(List<IDeferredPublish> deferred)
    {
        _deferred = null;
        for (int pass = 0; pass < MaxCopiesOfCopies && deferred.Count > 0; pass++)
        {
            foreach (var message in deferred)
                message.PublishContained(this);
            DrainTouched();
            (deferred, _deferred) = (_deferred ?? [], null);
        }
    }

    private void DrainTouched()
    {
        HandOver();
        // A drain may touch more queues, so the list may grow during the loop.
        for (int i = 0; i < _queues.Count; i++)
        {
            var queue = _queues[i];
            if (ReferenceEquals(queue.NotedBy, this))
                queue.NotedBy = null;
            queue.Deliveries.Drain(this);
            if (queue.DeadLetters.AreWaiting)
                queue.Host.DeadLetters.Publish(queue, this);
        }
        _queues.Clear();
    }

    private static int Larger(int length) => Math.Max(MinGathered, 2 * length);

    private void HandOverPublished()
    {
        var published = _published.AsSpan(0, _publishedCount);
        for (int start = 0; start < published.Length;)
        {
            var queue = published[start].Queue;
            int end = start + 1;
            while (end < published.Length && ReferenceEquals(published[end].Queue, queue))
                end++;
            queue.Enqueue(published[start..end]);
            Touch(queue);
            start = end;
        }
        // The round of an idle connection must not keep deleted queues alive.
        published.Clear();
        _publishedCount = 0;
    }

    private void HandOverAcknowledged()
    {
        var acknowledged = _acknowledged.AsSpan(0, _acknowledgedCount);
        if (_run.Length < acknowledged.Length)
            _run = new StoredMessage[_acknowledged.Length];
        for (int start = 0; start < acknowledged.Length;)
        {
            var (queue, subscription, _) = acknowledged[start];
            int count = 0;
            for (; start < acknowledged.Length
                && ReferenceEquals(acknowledged[start].Queue, queue)
                && ReferenceEquals(acknowledged[start].Subscription, subscription); start++)
                _run[count++] = acknowledged[start].Message;
            queue.Acknowledge(_run.AsSpan(0, count), subscription, BindsSettles);
            Touch(queue);
        }
        acknowledged.Clear();
        _acknowledgedCount = 0;
    }
}
