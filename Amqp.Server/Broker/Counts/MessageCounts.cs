namespace Amqp.Server.Broker.Counts;

/// <summary>Message counts of a channel, a virtual host or the broker.</summary>
internal struct MessageCounts
{
    /// <summary>Published messages, including those that reached no queue.</summary>
    public long Publish;

    /// <summary>Number of queues that a message was routed to, summed over all messages.</summary>
    public long Routed;

    /// <summary>Messages published on channels that use confirms.</summary>
    public long PublishConfirm;

    /// <summary>Messages confirmed with basic.ack.</summary>
    public long Confirm;

    /// <summary>Mandatory messages that reached no queue and were returned to the publisher.</summary>
    public long ReturnUnroutable;

    /// <summary>Messages that reached no queue and were dropped.</summary>
    public long DropUnroutable;

    /// <summary>Histogram of body sizes.</summary>
    public SizeCounts Sizes;

    /// <summary>Counts of deliveries and acknowledgements.</summary>
    public DeliveryCounts Deliveries;

    public void Add(in MessageCounts other)
    {
        Publish += other.Publish;
        Routed += other.Routed;
        PublishConfirm += other.PublishConfirm;
        Confirm += other.Confirm;
        ReturnUnroutable += other.ReturnUnroutable;
        DropUnroutable += other.DropUnroutable;
        Sizes.Add(other.Sizes);
        Deliveries.Add(other.Deliveries);
    }
}
