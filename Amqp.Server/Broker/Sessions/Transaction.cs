using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Sessions;

/// <summary>What a transactional channel holds back until tx.commit: publishes and acknowledgements, in order.</summary>
/// <remarks>Owned by the connection's read loop.</remarks>
internal sealed class Transaction(HeldMemory held)
{
    /// <summary>Bytes that a held publish takes besides its head and its body.</summary>
    private const int PublishSize = 256;

    /// <summary>Bytes that a held acknowledgement takes, with the room that its list has grown for.</summary>
    private const int SettlementSize = 96;

    private long _heldBytes;
    private readonly List<HeldPublish> _publishes = [];
    private readonly List<HeldSettlement> _settlements = [];

    /// <summary>Publishes and acknowledgements that wait now. Any thread may ask, and may be told what was true a moment ago.</summary>
    public (int Publishes, int Acknowledgements) WaitingCounts => (_publishes.Count, _settlements.Count);

    public IReadOnlyList<HeldPublish> Publishes => _publishes;

    public IReadOnlyList<HeldSettlement> Settlements => _settlements;

    /// <summary>Keeps a copy of a message.</summary>
    /// <param name="route">Where it goes as things are now.</param>
    /// <param name="topologyVersion">The count of the virtual host's changes before that was found.</param>
    /// <param name="tally">Counts what is published to its exchange.</param>
    /// <param name="head">All of the message but its body.</param>
    /// <param name="body">Its body.</param>
    /// <param name="traits">What its properties mean to the broker.</param>
    /// <param name="isMandatory">It comes back when no queue takes it.</param>
    public void Add(MessageRoute route, int topologyVersion, ExchangeTally tally, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits, bool isMandatory)
    {
        _publishes.Add(new HeldPublish(route, topologyVersion, tally, head.ToArray(), body.ToArray(), traits, isMandatory));
        Hold(PublishSize + head.Length + body.Length);
    }

    /// <summary>The acknowledgements in the order in which a commit makes them: as in RabbitMQ, of those that say the same one behind the other, the oldest delivery first.</summary>
    public IEnumerable<HeldSettlement> SettlementsToCommit()
    {
        for (int start = 0, end; start < _settlements.Count; start = end)
        {
            end = start + 1;
            while (end < _settlements.Count && _settlements[end].Settlement == _settlements[start].Settlement)
                end++;
            foreach (var settlement in _settlements[start..end].OrderBy(held => held.Delivery.Tag))
                yield return settlement;
        }
    }

    /// <summary>Keeps what was said of a delivery that was taken out of the unacknowledged.</summary>
    public void Add(in Delivery delivery, Settlement settlement)
    {
        _settlements.Add(new HeldSettlement(delivery, settlement));
        Hold(SettlementSize);
    }

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

/// <summary>A publish that waits for tx.commit, with its route at the time of the publish.</summary>
internal sealed record HeldPublish(MessageRoute Route, int TopologyVersion, ExchangeTally Tally, byte[] Head, byte[] Body, MessageTraits Traits, bool IsMandatory);

/// <summary>An acknowledgement that waits for tx.commit. Nobody else can settle its delivery, and no recover gives it back.</summary>
internal readonly record struct HeldSettlement(Delivery Delivery, Settlement Settlement);

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
