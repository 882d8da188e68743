namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>How a queue was declared.</summary>
[Flags]
internal enum QueueFlags
{
    None = 0,

    /// <summary>It outlives a restart.</summary>
    Durable = 1,

    /// <summary>It goes with its last consumer.</summary>
    AutoDelete = 2,

    /// <summary>It belongs to one connection and goes with it.</summary>
    Exclusive = 4,

    /// <summary>Messages that clients return have places of their own in the store, before all others. No client says so: quorum queues have it, but for those of earlier versions.</summary>
    Returns = 8,
}
