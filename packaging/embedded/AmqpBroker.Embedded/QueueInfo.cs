namespace AmqpBroker.Embedded;

/// <summary>A queue with its counts at the time of the request.</summary>
public sealed class QueueInfo
{
    internal QueueInfo(string name) => Name = name;

    /// <summary>Name of the queue.</summary>
    public string Name { get; }

    /// <summary>Number of all messages, ready and unacknowledged.</summary>
    public long Messages { get; internal set; }

    /// <summary>Number of messages that wait for a consumer.</summary>
    public long MessagesReady { get; internal set; }

    /// <summary>Number of messages that were delivered and are not acknowledged.</summary>
    public long MessagesUnacknowledged { get; internal set; }

    /// <summary>Number of consumers.</summary>
    public int Consumers { get; internal set; }

    /// <summary>True if the queue survives a restart of the broker.</summary>
    public bool IsDurable { get; internal set; }

    /// <summary>Returns the name and the counts, as in "orders: 2 ready, 1 unacknowledged, 3 consumers".</summary>
    public override string ToString() =>
        $"{Name}: {MessagesReady} ready, {MessagesUnacknowledged} unacknowledged, {Consumers} consumer{(Consumers == 1 ? "" : "s")}";
}
