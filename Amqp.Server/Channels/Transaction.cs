using Amqp.Server.Broker;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Exchanges;
using Amqp.Server.Broker.Statistics;

namespace Amqp.Server.Channels;

/// <summary>What a transactional channel holds back until tx.commit: publishes and acknowledgements, in order.</summary>
/// <remarks>Owned by the connection's read loop.</remarks>
internal sealed class Transaction(HeldMemory held)
{
    private long _heldBytes;
    private readonly List<HeldPublish> _publishes = [];
    private readonly List<HeldSettlement> _settlements = [];

    /// <summary>Publishes and acknowledgements that wait now. Any thread may ask, and may be told what was true a moment ago.</summary>
    public (int Publishes, int Acknowledgements) WaitingCounts => (_publishes.Count, _settlements.Count);

    public IReadOnlyList<HeldPublish> Publishes => _publishes;

    public IReadOnlyList<HeldSettlement> Settlements => _settlements;

    /// <summary>Keeps a copy of a message.</summary>
    public void Add(MessageRoute route, ExchangeTally tally, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits, bool isMandatory)
    {
        _publishes.Add(new HeldPublish(route, tally, head.ToArray(), body.ToArray(), traits, isMandatory));
        Hold(head.Length + body.Length);
    }

    public void Add(ulong tag, Settlement settlement) => _settlements.Add(new HeldSettlement(tag, settlement));

    public void Clear()
    {
        _publishes.Clear();
        _settlements.Clear();
        Hold(-_heldBytes);
    }

    private void Hold(long bytes)
    {
        _heldBytes += bytes;
        held.Add(bytes);
    }
}

/// <summary>A publish that waits for tx.commit. As in RabbitMQ its route is the one at the time of the publish.</summary>
internal sealed record HeldPublish(MessageRoute Route, ExchangeTally Tally, byte[] Head, byte[] Body, MessageTraits Traits, bool IsMandatory);

/// <summary>An acknowledgement that waits for tx.commit.</summary>
internal readonly record struct HeldSettlement(ulong Tag, Settlement Settlement);

/// <summary>What shall become of a delivery.</summary>
internal enum Settlement
{
    /// <summary>The client is done with it.</summary>
    Acknowledge,

    /// <summary>The client will not have it: dropped, or dead-lettered where the queue says so.</summary>
    Reject,

    /// <summary>Back to its place in the queue.</summary>
    Requeue,
}
