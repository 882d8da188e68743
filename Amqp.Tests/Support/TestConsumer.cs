using Amqp.Server.Broker.Queues;
using Amqp.Storage.Messages;

namespace Amqp.Tests.Support;

/// <summary>A consumer without a channel. Keeps each delivered message until the test settles it.</summary>
internal sealed class TestConsumer(int priority = 0, bool noAck = false) : IConsumer
{
    private readonly List<StoredMessage> _held = [];

    public int Priority => priority;

    public bool NoAck => noAck;

    /// <summary>Maximum number of unsettled messages that the consumer accepts.</summary>
    public int Room { get; set; } = int.MaxValue;

    /// <summary>The subscription, set once the consumer has subscribed.</summary>
    public Subscription Subscription { get; set; } = null!;

    /// <summary>The messages that were delivered to this consumer and that the test has not taken from it.</summary>
    public IReadOnlyList<StoredMessage> Held => _held;

    /// <summary>Number of deliveries, settled or not.</summary>
    public int Received { get; private set; }

    /// <summary>True once the consumer was notified that its queue was deleted.</summary>
    public bool IsTold { get; private set; }

    /// <summary>
    /// Removes the first unsettled message from <see cref="Held"/> and returns it. The caller settles the message in the queue.
    /// </summary>
    public StoredMessage TakeFirst()
    {
        var first = _held[0];
        _held.RemoveAt(0);
        return first;
    }

    public bool Deliver(Queue queue, int most, DispatchRound round)
    {
        for (; _held.Count < Room && most > 0 && queue.Deliveries.TryTake(out var message, out var payload); most--)
        {
            payload.Dispose();
            if (!noAck)
                _held.Add(message);
            Received++;
            round.NoteDelivered(message);
        }
        return _held.Count < Room;
    }

    public void OnQueueDeleted(DispatchRound round) => IsTold = true;
}
