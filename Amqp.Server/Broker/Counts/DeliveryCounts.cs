namespace Amqp.Server.Broker.Counts;

/// <summary>Counts of delivered, fetched, redelivered and acknowledged messages, as in RabbitMQ's <c>message_stats</c>.</summary>
/// <remarks>
/// One thread at a time may change the fields. Any thread may call <see cref="Read"/>, and may get slightly outdated values.
/// </remarks>
internal struct DeliveryCounts
{
    /// <summary>Messages delivered to consumers that must acknowledge them.</summary>
    public long Deliver;

    /// <summary>Messages delivered to consumers with no-ack, which acknowledge nothing.</summary>
    public long DeliverNoAck;

    /// <summary>Messages fetched by basic.get that the client must acknowledge.</summary>
    public long Get;

    /// <summary>Messages fetched by basic.get with no-ack.</summary>
    public long GetNoAck;

    /// <summary>Calls of basic.get on an empty queue.</summary>
    public long GetEmpty;

    /// <summary>Messages acknowledged with basic.ack.</summary>
    public long Ack;

    /// <summary>Messages that were delivered or fetched with the redelivered flag.</summary>
    public long Redeliver;

    /// <summary>RabbitMQ's <c>deliver_get</c>: all messages delivered or fetched, with or without no-ack.</summary>
    public readonly long All => Deliver + DeliverNoAck + Get + GetNoAck;

    /// <summary>True if all counts are zero.</summary>
    public readonly bool IsEmpty => (All | GetEmpty | Ack | Redeliver) == 0;

    /// <summary>Returns a copy of the counts. Thread-safe.</summary>
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
