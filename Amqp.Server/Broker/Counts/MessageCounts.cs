namespace Amqp.Server.Broker.Counts;

/// <summary>What a channel, a virtual host or the broker counted of messages: published and delivered.</summary>
internal struct MessageCounts
{
    /// <summary>Published, routed or not.</summary>
    public long Publish;

    /// <summary>How many queues they went to, all together.</summary>
    public long Routed;

    /// <summary>Published on channels that confirm.</summary>
    public long PublishConfirm;

    /// <summary>Confirmed to their publishers with basic.ack.</summary>
    public long Confirm;

    /// <summary>Mandatory and not routed, so sent back.</summary>
    public long ReturnUnroutable;

    /// <summary>Not routed and dropped.</summary>
    public long DropUnroutable;

    /// <summary>How large the bodies were.</summary>
    public SizeCounts Sizes;

    /// <summary>What went to clients.</summary>
    public DeliveryCounts Deliveries;

    /// <summary>Adds others.</summary>
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
