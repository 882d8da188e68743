using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Sessions;

/// <summary>The publishes and settlements that a session holds until tx.commit, in order. Owned by the session's thread.</summary>
internal sealed class Transaction(HeldMemory held)
{
    /// <summary>Estimated bytes of memory of a held publish. Does not include head and body.</summary>
    private const int PublishSize = 256;

    /// <summary>Estimated memory of a held settlement, in bytes. Includes the unused slots of the list.</summary>
    private const int SettlementSize = 96;

    private long _heldBytes;
    private readonly List<HeldPublish> _publishes = [];
    private readonly List<HeldSettlement> _settlements = [];

    /// <summary>Counts of held publishes and settlements. Other threads may read slightly outdated counts.</summary>
    public (int Publishes, int Acknowledgements) WaitingCounts => (_publishes.Count, _settlements.Count);

    public IReadOnlyList<HeldPublish> Publishes => _publishes;

    public IReadOnlyList<HeldSettlement> Settlements => _settlements;

    /// <summary>Keeps a copy of a published message until the commit.</summary>
    /// <param name="route">The route at the time of the publish.</param>
    /// <param name="topologyVersion">The value of <see cref="RoutingTable.Changes"/> before the route was found.</param>
    /// <param name="tally">Counts the publishes to the exchange.</param>
    /// <param name="head">The message without its body.</param>
    /// <param name="body">The message's body.</param>
    /// <param name="traits">The values of the properties that the broker uses.</param>
    /// <param name="isMandatory">True to return the message if no queue receives it.</param>
    public void Add(
        MessageRoute route,
        int topologyVersion,
        ExchangeTally tally,
        ReadOnlySpan<byte> head,
        ReadOnlySpan<byte> body,
        in MessageTraits traits,
        bool isMandatory)
    {
        _publishes.Add(new HeldPublish(route, topologyVersion, tally, head.ToArray(), body.ToArray(), traits, isMandatory));
        Hold(PublishSize + head.Length + body.Length);
    }

    /// <summary>Returns the settlements in the order of their execution. Consecutive settlements of one kind are sorted by tag.</summary>
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

    /// <summary>Keeps a settlement until the commit. The caller has removed the delivery from the unacknowledged deliveries.</summary>
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

/// <summary>A publish that is held until tx.commit, with its route at the time of the publish.</summary>
internal sealed record HeldPublish(
    MessageRoute Route, int TopologyVersion, ExchangeTally Tally, byte[] Head, byte[] Body, MessageTraits Traits, bool IsMandatory);

/// <summary>A settlement that is held until tx.commit. basic.recover does not requeue its delivery.</summary>
internal readonly record struct HeldSettlement(Delivery Delivery, Settlement Settlement);

/// <summary>The way in which a client settles a delivery.</summary>
internal enum Settlement
{
    /// <summary>The message was processed.</summary>
    Acknowledge,

    /// <summary>The message is dropped, or dead-lettered if its queue has a dead-letter exchange.</summary>
    Reject,

    /// <summary>The message returns to its queue.</summary>
    Requeue,
}
