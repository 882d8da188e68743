namespace Amqp.Server.Broker.Counts;

/// <summary>
/// Numbers of messages that were delivered, got, redelivered and acknowledged: the counters of RabbitMQ's <c>message_stats</c>.
/// </summary>
/// <remarks>
/// Plain fields, written by their owner only; a run of messages is added at once. Any thread may call <see cref="Read"/>: a 64-bit read is
/// atomic, and may be slightly stale.
/// </remarks>
internal struct DeliveryCounts
{
    /// <summary>Messages delivered to consumers that acknowledge.</summary>
    public long Deliver;

    /// <summary>Messages delivered to consumers that do not acknowledge.</summary>
    public long DeliverNoAck;

    /// <summary>Messages got by basic.get with acknowledgement.</summary>
    public long Get;

    /// <summary>Messages got by basic.get without acknowledgement.</summary>
    public long GetNoAck;

    /// <summary>Calls of basic.get on an empty queue.</summary>
    public long GetEmpty;

    /// <summary>Messages acknowledged by basic.ack.</summary>
    public long Ack;

    /// <summary>Delivered or got messages, with and without acknowledgement, that were marked redelivered.</summary>
    public long Redeliver;

    /// <summary>RabbitMQ's <c>deliver_get</c>: messages delivered or got, with and without acknowledgement.</summary>
    public readonly long All => Deliver + DeliverNoAck + Get + GetNoAck;

    /// <summary>True if nothing was counted yet.</summary>
    public readonly bool IsEmpty => (All | GetEmpty | Ack | Redeliver) == 0;

    /// <summary>Returns a copy. Thread-safe.</summary>
    public static DeliveryCounts Read(ref DeliveryCounts counts) => new()
    {
        Deliver = Volatile.Read(ref counts.Deliver),
        DeliverNoAck = Volatile.Read(ref counts.DeliverNoAck),
        Get = Volatile.Read(ref counts.Get),
        GetNoAck = Volatile.Read(ref counts.GetNoAck),
        GetEmpty = Volatile.Read(ref counts.GetEmpty),
        Ack = Volatile.Read(ref counts.Ack),
        Redeliver = Volatile.Read(ref counts.Redeliver),
    };

    public void Add(in DeliveryCounts other)
    {
        Deliver += other.Deliver;
        DeliverNoAck += other.DeliverNoAck;
        Get += other.Get;
        GetNoAck += other.GetNoAck;
        GetEmpty += other.GetEmpty;
        Ack += other.Ack;
        Redeliver += other.Redeliver;
    }
}
