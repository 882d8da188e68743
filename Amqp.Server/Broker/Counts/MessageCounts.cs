namespace Amqp.Server.Broker.Counts;

/// <summary>Message counts of a channel, a virtual host or the broker.</summary>
internal struct MessageCounts
{
    /// <summary>Published messages, routed or not.</summary>
    public long Publish;

    /// <summary>Sum of the numbers of queues that the messages were routed to.</summary>
    public long Routed;

    /// <summary>Published messages on channels with confirms.</summary>
    public long PublishConfirm;

    /// <summary>Messages confirmed with basic.ack.</summary>
    public long Confirm;

    /// <summary>Unroutable mandatory messages, which were returned.</summary>
    public long ReturnUnroutable;

    /// <summary>Unroutable messages that were dropped.</summary>
    public long DropUnroutable;

    /// <summary>Sizes of the bodies.</summary>
    public SizeCounts Sizes;

    /// <summary>Deliveries to clients.</summary>
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
