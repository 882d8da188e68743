using Amqp.Protocol;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Tracing;

/// <summary>Follows messages through the queues of a virtual host, for a limited time and a limited number of hops. Thread-safe.</summary>
/// <remarks>
/// A message is recognised by its place in a queue: published, requeued and dead-lettered messages get new places. A lock guards the state.
/// A thread that holds the lock takes no other lock.
/// </remarks>
/// <param name="id">Identifies the trace until the broker stops.</param>
/// <param name="plan">The messages to follow.</param>
/// <param name="clock">The time of the hops.</param>
internal sealed class MessageTrace(long id, TracePlan plan, TimeProvider clock)
{
    /// <summary>Maximum number of queues that are named for one publish. The message is followed in all of them.</summary>
    private const int MostQueues = 20;

    private readonly Lock _lock = new();
    private readonly List<TraceHop> _hops = [];
    private readonly Dictionary<MessagePlace, int> _messages = []; // the numbers of the messages that are in queues or with clients
    private int _lastMessage;
    private long? _endedAt;

    public long Id => id;

    public TracePlan Plan => plan;

    /// <summary>Time of the start, in milliseconds since 1970-01-01 UTC.</summary>
    public long StartedAt { get; } = clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Time of the end, in milliseconds since 1970-01-01 UTC; null while the trace runs.</summary>
    public long? EndedAt
    {
        get
        {
            lock (_lock)
                return _endedAt;
        }
    }

    /// <summary>Number of hops.</summary>
    public int HopCount
    {
        get
        {
            lock (_lock)
                return _hops.Count;
        }
    }

    /// <summary>Raised when the trace has as many hops as it may have. Called under any lock; must not wait.</summary>
    public event Action? Filled;

    /// <summary>Returns the hops after the hop of this number.</summary>
    public IReadOnlyList<TraceHop> HopsAfter(int seq)
    {
        lock (_lock)
            return seq >= _hops.Count ? [] : _hops[Math.Max(seq, 0)..];
    }

    /// <summary>Ends the trace. It keeps its hops. A second call does nothing.</summary>
    public void End()
    {
        lock (_lock)
        {
            _endedAt ??= Now;
            _messages.Clear();
        }
    }

    /// <summary>Notes a publish, if the trace follows the message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="size">Bytes of its body.</param>
    /// <param name="queues">The queues of its route.</param>
    /// <param name="published">The message in these queues.</param>
    /// <param name="isReturned">True if the message reaches no queue and is returned to its publisher.</param>
    /// <param name="by">The publisher.</param>
    public void NotePublished(
        in EncodedMessage message,
        int size,
        Queue[] queues,
        ReadOnlySpan<(Queue Queue, StoredMessage Message)> published,
        bool isReturned,
        in TracedBy by)
    {
        PublishAddress.Split(message.Address, out var exchange, out var key);
        string name = OctetText.Decode(exchange);
        bool isWanted = plan.Exchange is not null
            ? plan.Exchange == name
            : Array.Exists(queues, queue => queue.Name == plan.Queue);
        if (!isWanted || !plan.Wants(message.Properties))
            return;
        lock (_lock)
        {
            int number = ++_lastMessage;
            var hop = new TraceHop(TraceHop.Published, number)
            {
                Exchange = name,
                RoutingKey = OctetText.Decode(key),
                User = by.User,
                Channel = by.Name,
                MessageId = TracePlan.MessageIdOf(message.Properties),
                Size = size,
            };
            Add(hop);
            Follow(number, published);
            if (isReturned)
                Add(hop with { Kind = TraceHop.Returned });
        }
    }

    /// <summary>Notes a delivery, if the trace follows the message or begins to follow it.</summary>
    public void NoteDelivered(
        Queue queue, in StoredMessage message, in EncodedMessage content, string? consumer, bool isSettled, in TracedBy by)
    {
        var place = PlaceOf(queue, message);
        lock (_lock)
        {
            if (!_messages.TryGetValue(place, out int number))
            {
                if (!Begins(queue, content))
                    return;
                number = ++_lastMessage;
            }
            Track(place, number);
            Add(new TraceHop(TraceHop.Delivered, number)
            {
                Queue = queue.Name,
                Consumer = consumer,
                User = by.User,
                Channel = by.Name,
                MessageId = TracePlan.MessageIdOf(content.Properties),
                Size = content.Body.Length,
            });
            if (isSettled)
                _messages.Remove(place);
        }
    }

    /// <summary>Notes that a client has settled a delivery.</summary>
    /// <param name="kind">Kind of the hop.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="message">The message.</param>
    /// <param name="consumer">Tag of the consumer.</param>
    /// <param name="stays">True if the message returns to its queue, or becomes a dead letter.</param>
    /// <param name="by">The client.</param>
    public void NoteSettled(string kind, Queue queue, in StoredMessage message, string? consumer, bool stays, in TracedBy by)
    {
        var place = PlaceOf(queue, message);
        lock (_lock)
        {
            if (!_messages.TryGetValue(place, out int number))
                return;
            Add(new TraceHop(kind, number) { Queue = queue.Name, Consumer = consumer, User = by.User, Channel = by.Name });
            if (!stays)
                _messages.Remove(place);
        }
    }

    /// <summary>Notes a message that died in a queue.</summary>
    public void NoteDead(string kind, Queue queue, in StoredMessage message)
    {
        var place = PlaceOf(queue, message);
        lock (_lock)
        {
            if (!_messages.TryGetValue(place, out int number))
                return;
            Add(new TraceHop(kind, number) { Queue = queue.Name });
            if (queue.Settings.DeadLetterExchange is null)
                _messages.Remove(place);
        }
    }

    /// <summary>Notes that a dead letter was published.</summary>
    /// <inheritdoc cref="IMessageObserver.OnDeadLettered"/>
    public void NoteDeadLettered(
        Queue queue, in StoredMessage message, string exchange, ReadOnlySpan<(Queue Queue, StoredMessage Message)> published)
    {
        lock (_lock)
        {
            if (!_messages.Remove(PlaceOf(queue, message), out int number))
                return;
            Add(new TraceHop(TraceHop.DeadLettered, number)
            {
                Queue = queue.Name,
                Exchange = exchange,
                RoutingKey = queue.Settings.DeadLetterRoutingKey,
            });
            Follow(number, published);
        }
    }

    /// <summary>Follows a message to its new place in the same queue.</summary>
    public void NoteMoved(Queue queue, in StoredMessage from, in StoredMessage to)
    {
        lock (_lock)
            if (_messages.Remove(PlaceOf(queue, from), out int number))
                Track(PlaceOf(queue, to), number);
    }

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private static MessagePlace PlaceOf(Queue queue, in StoredMessage message) =>
        new(queue.Messages.Levels.Of(message).Number, message.Sequence);

    /// <summary>Returns true if the trace has to follow a message that it does not know, for example one from before its start.</summary>
    private bool Begins(Queue queue, in EncodedMessage content)
    {
        if (plan.Queue is not null)
            return plan.Queue == queue.Name && plan.Wants(content.Properties);
        PublishAddress.Split(content.Address, out var exchange, out _);
        return OctetText.Decode(exchange) == plan.Exchange && plan.Wants(content.Properties);
    }

    private void Follow(int number, ReadOnlySpan<(Queue Queue, StoredMessage Message)> published)
    {
        for (int i = 0; i < published.Length; i++)
        {
            Track(PlaceOf(published[i].Queue, published[i].Message), number);
            if (i < MostQueues)
                Add(new TraceHop(TraceHop.Routed, number) { Queue = published[i].Queue.Name });
        }
    }

    /// <summary>Remembers the place of a message. No trace remembers more places than it may have hops.</summary>
    private void Track(MessagePlace place, int number)
    {
        if (_endedAt is null && (_messages.Count < plan.Hops || _messages.ContainsKey(place)))
            _messages[place] = number;
    }

    private void Add(TraceHop hop)
    {
        if (_endedAt is not null || _hops.Count >= plan.Hops)
            return;
        _hops.Add(hop with { Seq = _hops.Count + 1, Time = Now });
        if (_hops.Count == plan.Hops)
            Filled?.Invoke();
    }
}
