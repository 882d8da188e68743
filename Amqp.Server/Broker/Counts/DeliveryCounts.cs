namespace Amqp.Server.Broker.Counts;

/// <summary>How many messages went to clients, in which way, and came back acknowledged. The counters of RabbitMQ's <c>message_stats</c>.</summary>
/// <remarks>
/// Plain fields, which only their owner adds to, many messages at once where it handles many at once. Anyone may <see cref="Read"/> them: a
/// 64-bit value is read in one piece, if perhaps a little late.
/// </remarks>
internal struct DeliveryCounts
{
    /// <summary>To consumers that acknowledge.</summary>
    public long Deliver;

    /// <summary>To consumers that do not.</summary>
    public long DeliverNoAck;

    /// <summary>By basic.get, to be acknowledged.</summary>
    public long Get;

    /// <summary>By basic.get, not to be acknowledged.</summary>
    public long GetNoAck;

    /// <summary>basic.get of an empty queue.</summary>
    public long GetEmpty;

    /// <summary>Acknowledged by basic.ack.</summary>
    public long Ack;

    /// <summary>Those of the first four that were marked redelivered.</summary>
    public long Redeliver;

    /// <summary>RabbitMQ's <c>deliver_get</c>.</summary>
    public readonly long All => Deliver + DeliverNoAck + Get + GetNoAck;

    /// <summary>True before anything was counted.</summary>
    public readonly bool IsEmpty => (All | GetEmpty | Ack | Redeliver) == 0;

    /// <summary>A copy, taken by any thread.</summary>
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

    /// <summary>Adds others.</summary>
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
