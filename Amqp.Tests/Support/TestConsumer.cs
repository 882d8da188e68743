using Amqp.Server.Broker.Queues;
using Amqp.Storage.Messages;

namespace Amqp.Tests.Support;

/// <summary>A consumer of a queue, without a channel: it keeps what it is given until the test settles it.</summary>
internal sealed class TestConsumer(int priority = 0, bool noAck = false) : IConsumer
{
    private readonly List<StoredMessage> _held = [];

    public int Priority => priority;

    public bool NoAck => noAck;

    /// <summary>Messages that it holds at most.</summary>
    public int Room { get; set; } = int.MaxValue;

    /// <summary>Set once it has subscribed.</summary>
    public Subscription Subscription { get; set; } = null!;

    /// <summary>What it was given and has not settled.</summary>
    public IReadOnlyList<StoredMessage> Held => _held;

    /// <summary>How much it was given, settled or not.</summary>
    public int Received { get; private set; }

    /// <summary>True once it was told that its queue is gone.</summary>
    public bool IsTold { get; private set; }

    /// <summary>Takes the first of what it holds, to settle it.</summary>
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
