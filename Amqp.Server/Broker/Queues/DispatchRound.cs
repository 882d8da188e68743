using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>
/// The work that one thread does for one socket read, one timer or one HTTP request. Collects messages to hand over, queues to drain, and
/// outputs to flush.
/// </summary>
/// <remarks>
/// At the end of a round, messages go to their queues, queues deliver to consumers, and outputs are flushed. Owned by one thread at a time.
/// <para>The property NotedBy of a queue or output prevents duplicates in the lists. If concurrent rounds overwrite a queue's NotedBy, the
/// queue is drained twice.</para>
/// </remarks>
/// <param name="deadLetterShare">Maximum dead-letter work in one round, in the unit of <see cref="NoteDeadLetter"/>.</param>
internal sealed class DispatchRound(int deadLetterShare = DispatchRound.PublishersDeadLetterShare)
{
    /// <summary>Number of collected messages after which a round completes early, so that consumers get the messages soon.</summary>
    private const int MaxGathered = 512;

    /// <summary>Smallest capacity of a list of messages.</summary>
    private const int MinGathered = 64;

    /// <summary>
    /// Maximum number of passes over deferred messages. A pass may publish traced messages, and defers their copies for the next pass.
    /// </summary>
    private const int MaxCopiesOfCopies = 16;

    /// <summary>Maximum dead-letter work of a round that serves a client. The thread pool publishes further dead letters.</summary>
    public const int PublishersDeadLetterShare = 4096;

    /// <summary>Maximum dead-letter work of a round on the thread pool. Low, because hundreds of queues may wait for the pool.</summary>
    public const int PooledDeadLetterShare = 256;

    /// <summary>Bytes of a dead letter that count as one unit of work.</summary>
    private const int BytesPerWork = 4096;

    private readonly List<Queue> _queues = [];
    private readonly List<IOutput> _outputs = [];
    private readonly List<IOutput> _due = [];
    private (Queue Queue, StoredMessage Message)[] _published = [];
    private int _publishedCount;
    private (Queue Queue, Subscription? Subscription, StoredMessage Message)[] _acknowledged = [];
    private int _acknowledgedCount;
    private StoredMessage[] _run = []; // acknowledged messages with the same queue and subscription
    private StoredMessage[] _delivered = [];
    private int _deliveredCount;
    private List<IDeferredPublish>? _deferred;
    private int _deadLetterWork;

    /// <summary>True if the round has collected so many messages that it should complete early.</summary>
    public bool IsFull =>
        _publishedCount >= MaxGathered || _acknowledgedCount >= MaxGathered || _deferred is { Count: >= MaxGathered };

    /// <summary>True until the round has done its maximum of dead-letter work. The thread pool then does the rest of the work.</summary>
    public bool HasTimeForDeadLetters => _deadLetterWork < deadLetterShare;

    /// <summary>
    /// The messages delivered to the consumer that is being served. If the consumer does not acknowledge, the queue settles these messages.
    /// </summary>
    public ReadOnlySpan<StoredMessage> Delivered => _delivered.AsSpan(0, _deliveredCount);

    /// <summary>Number of published messages that the round holds.</summary>
    public int Gathered => _publishedCount;

    /// <summary>Returns the published messages that the round has collected since then.</summary>
    /// <param name="gathered">An earlier value of <see cref="Gathered"/>.</param>
    public ReadOnlySpan<(Queue Queue, StoredMessage Message)> PublishedSince(int gathered) =>
        _published.AsSpan(Math.Min(gathered, _publishedCount).._publishedCount);

    /// <summary>Collects a published message. <see cref="HandOver"/> adds the message to the queue.</summary>
    public void Publish(Queue queue, in StoredMessage message)
    {
        if (_publishedCount == _published.Length)
            Array.Resize(ref _published, Larger(_published.Length));
        _published[_publishedCount++] = (queue, message);
    }

    /// <summary>
    /// True during the commit of a transaction. If a crash loses messages published in the transaction, its acknowledgements are void, too.
    /// </summary>
    public bool BindsSettles { get; set; }

    /// <summary>The last queue that got messages faster than its consumers take them; null for none. The reader sets it to null.</summary>
    public Queue? Outrun { get; set; }

    /// <summary>Collects an acknowledgement. <see cref="HandOver"/> will settle the message in its queue and resume the consumer.</summary>
    public void Acknowledge(Queue queue, Subscription? subscription, in StoredMessage message)
    {
        if (_acknowledgedCount == _acknowledged.Length)
            Array.Resize(ref _acknowledged, Larger(_acknowledged.Length));
        _acknowledged[_acknowledgedCount++] = (queue, subscription, message);
    }

    /// <summary>Adds a message to the deliveries of the consumer that is being served.</summary>
    public void NoteDelivered(in StoredMessage message)
    {
        if (_deliveredCount == _delivered.Length)
            Array.Resize(ref _delivered, Larger(_delivered.Length));
        _delivered[_deliveredCount++] = message;
    }

    /// <summary>Clears the list of deliveries. Called before the next consumer is served.</summary>
    public void ClearDelivered() => _deliveredCount = 0;

    /// <summary>
    /// Counts the work for one dead letter: 1 for the message, 1 for each queue that gets it, and 1 for each 4 KiB of its length.
    /// </summary>
    public void NoteDeadLetter(int queues, int length) => _deadLetterWork += 1 + queues + length / BytesPerWork;

    /// <summary>Notes a queue that may have messages to deliver.</summary>
    public void Touch(Queue queue)
    {
        if (ReferenceEquals(queue.NotedBy, this))
            return;
        queue.NotedBy = this;
        _queues.Add(queue);
    }

    /// <summary>Notes an output that was written to and must be flushed.</summary>
    public void Touch(IOutput output)
    {
        if (ReferenceEquals(output.NotedBy, this))
            return;
        output.NotedBy = this;
        _outputs.Add(output);
    }

    /// <summary>Notes an output that holds so many bytes that it should be flushed before the round ends.</summary>
    public void NoteDue(IOutput output) => _due.Add(output);

    /// <summary>Flushes the outputs that <see cref="NoteDue"/> has noted. Called while the thread holds no lock.</summary>
    public void FlushDue()
    {
        if (_due.Count == 0)
            return;
        foreach (var output in _due)
            output.Flush();
        _due.Clear();
    }

    /// <summary>Adds the published messages to their queues, and settles the acknowledged messages.</summary>
    public void HandOver()
    {
        HandOverPublished();
        HandOverAcknowledged();
    }

    /// <summary>Collects a message for <see cref="Drain"/> to publish. May be called under the lock of a queue.</summary>
    public void Defer(IDeferredPublish message) => (_deferred ??= []).Add(message);

    /// <summary>Calls <see cref="HandOver"/>, drains noted queues and publishes deferred messages. The thread must hold no lock.</summary>
    public void Drain()
    {
        DrainTouched();
        if (_deferred is not null)
            PublishDeferred(_deferred);
    }

    /// <summary>Calls <see cref="Drain"/>, and then flushes all noted outputs. The thread must hold no lock.</summary>
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
        // Otherwise the list would keep outputs of closed connections in memory.
        _due.Clear();
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
        // Draining a queue may note further queues, so the list may grow during the loop.
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
            if (queue.Enqueue(published[start..end]))
                Outrun = queue;
            Touch(queue);
            start = end;
        }
        // Without this line, the round of an idle connection would keep deleted queues in memory.
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
