using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>
/// One round of work on one thread, such as all the frames that a socket gave: gathers what was published and which
/// queues and outputs were touched, then hands runs of messages to their queues, drains each queue and flushes each output once.
/// </summary>
/// <remarks>
/// Owned by one thread at a time; the lists are kept for the next round, so a round allocates nothing. They are made when
/// they are needed: each connection has a round, and most of ten thousand connections are idle.
/// A queue or output says which round noted it last, which keeps the lists free of doubles without a search.
/// Two rounds at work on the same one may each note it twice: that costs a look at an empty queue, never a message.
/// <para>What a queue or an output cannot do for a reason that nobody foresaw stays there (<see cref="QueueFaults.IsCrashed"/>, <see cref="IOutput.Flush"/>): it
/// throws nothing here, so that the round serves all others, whoever's thread it is.</para>
/// </remarks>
/// <param name="deadLetterShare">How much dead-letter work it does before others have their turn, in the units of <see cref="NoteDeadLetter"/>.</param>
internal sealed class DispatchRound(int deadLetterShare = DispatchRound.PublishersDeadLetterShare)
{
    /// <summary>A round is completed early when it has gathered so many messages, so that consumers need not wait for a long batch's end.</summary>
    private const int MaxGathered = 512;

    /// <summary>The least room that is made for messages.</summary>
    private const int MinGathered = 64;

    /// <summary>How often copies may cause copies, by way of queues that dead-letter them: a circle of these must end.</summary>
    private const int MaxCopiesOfCopies = 16;

    /// <summary>
    /// The share of a round that serves a client: more than what is gathered can cause, so that whoever publishes to full
    /// queues pays for it; circles of full queues go on in the pool.
    /// </summary>
    public const int PublishersDeadLetterShare = 4096;

    /// <summary>
    /// The share of a round of the thread pool's: hundreds of queues may be due there or have some left, and each waits for
    /// a share of all others.
    /// </summary>
    public const int PooledDeadLetterShare = 256;

    /// <summary>Bytes of a message that cost as much as another queue to put it into.</summary>
    private const int BytesPerWork = 4096;

    private readonly List<Queue> _queues = [];
    private readonly List<IOutput> _outputs = [];
    private readonly List<IOutput> _due = [];
    private (Queue Queue, StoredMessage Message)[] _published = [];
    private int _publishedCount;
    private (Queue Queue, Subscription? Subscription, StoredMessage Message)[] _acknowledged = [];
    private int _acknowledgedCount;
    private StoredMessage[] _run = []; // one queue's share of the acknowledged
    private StoredMessage[] _delivered = [];
    private int _deliveredCount;
    private List<IDeferredPublish>? _deferred;
    private int _deadLetterWork;

    /// <summary>True when the round has gathered enough to be worth completing.</summary>
    public bool IsFull => _publishedCount >= MaxGathered || _acknowledgedCount >= MaxGathered || _deferred?.Count >= MaxGathered;

    /// <summary>False when the round has done its share of dead-lettering: the rest is for the thread pool.</summary>
    public bool HasTimeForDeadLetters => _deadLetterWork < deadLetterShare;

    /// <summary>What the consumer now being served has taken. Queues settle these when it needs no acknowledgement.</summary>
    public ReadOnlySpan<StoredMessage> Delivered => _delivered.AsSpan(0, _deliveredCount);

    /// <summary>Adds a message to a queue when the round's messages are handed over.</summary>
    public void Publish(Queue queue, in StoredMessage message)
    {
        if (_publishedCount == _published.Length)
            Array.Resize(ref _published, Larger(_published.Length));
        _published[_publishedCount++] = (queue, message);
    }

    /// <summary>True while a transaction is carried out: what is acknowledged counts in a crash only together with what was published before.</summary>
    public bool BindsSettles { get; set; }

    /// <summary>Settles a message with its queue when the round's messages are handed over, and lets the consumer that it made room for go on.</summary>
    public void Acknowledge(Queue queue, Subscription? subscription, in StoredMessage message)
    {
        if (_acknowledgedCount == _acknowledged.Length)
            Array.Resize(ref _acknowledged, Larger(_acknowledged.Length));
        _acknowledged[_acknowledgedCount++] = (queue, subscription, message);
    }

    /// <summary>Notes one delivery to the consumer now being served.</summary>
    public void NoteDelivered(in StoredMessage message)
    {
        if (_deliveredCount == _delivered.Length)
            Array.Resize(ref _delivered, Larger(_delivered.Length));
        _delivered[_deliveredCount++] = message;
    }

    /// <summary>Forgets the deliveries, for the next consumer.</summary>
    public void ClearDelivered() => _deliveredCount = 0;

    /// <summary>Counts a dead letter: its message, the queues that it went to, and its length.</summary>
    public void NoteDeadLetter(int queues, int length) => _deadLetterWork += 1 + queues + length / BytesPerWork;

    /// <summary>The queue may have something to deliver.</summary>
    public void Touch(Queue queue)
    {
        if (ReferenceEquals(queue.NotedBy, this))
            return;
        queue.NotedBy = this;
        _queues.Add(queue);
    }

    /// <summary>The output was written to.</summary>
    public void Touch(IOutput output)
    {
        if (ReferenceEquals(output.NotedBy, this))
            return;
        output.NotedBy = this;
        _outputs.Add(output);
    }

    /// <summary>So much was written to the output that it is worth sending before the round ends.</summary>
    public void NoteDue(IOutput output) => _due.Add(output);

    /// <summary>Sends what is due. No lock is held.</summary>
    public void FlushDue()
    {
        if (_due.Count == 0)
            return;
        foreach (var output in _due)
            output.Flush();
        _due.Clear();
    }

    /// <summary>Puts what was published into its queues and takes what was acknowledged out, so that whoever looks next sees it so.</summary>
    public void HandOver()
    {
        HandOverPublished();
        HandOverAcknowledged();
    }

    /// <summary>Publishes a message of the broker's own once no lock is held: what is done under a queue's lock cannot route.</summary>
    public void Defer(IDeferredPublish message) => (_deferred ??= []).Add(message);

    /// <summary>Hands over and drains every queue touched. No lock is held.</summary>
    public void Drain()
    {
        DrainTouched();
        if (_deferred is not null)
            PublishDeferred(_deferred);
    }

    /// <summary>Hands over, drains every queue touched and flushes every output touched. No lock is held.</summary>
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
        _due.Clear(); // left by a drain that ended early: an idle connection's round must not keep another's output alive
    }

    private void PublishDeferred(List<IDeferredPublish> deferred)
    {
        _deferred = null;
        for (int turn = 0; turn < MaxCopiesOfCopies && deferred.Count > 0; turn++)
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
        // Draining may touch more queues, so the list may grow under way.
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
        // Queues that were deleted must not be kept alive by an idle connection's round.
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
            for (; start < acknowledged.Length && ReferenceEquals(acknowledged[start].Queue, queue) && ReferenceEquals(acknowledged[start].Subscription, subscription); start++)
                _run[count++] = acknowledged[start].Message;
            queue.Acknowledge(_run.AsSpan(0, count), subscription, BindsSettles);
            Touch(queue);
        }
        acknowledged.Clear();
        _acknowledgedCount = 0;
    }
}
