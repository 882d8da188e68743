namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>Flags with which a queue was declared.</summary>
[Flags]
internal enum QueueFlags
{
    None = 0,

    /// <summary>The queue survives a restart.</summary>
    Durable = 1,

    /// <summary>The queue is deleted when its last consumer leaves.</summary>
    AutoDelete = 2,

    /// <summary>The queue can be used by one connection only, and is deleted when that connection ends.</summary>
    Exclusive = 4,

    /// <summary>
    /// Returned messages have their own queue in the message store. Not set for quorum queues that an old version of the broker declared.
    /// </summary>
    Returns = 8,

    /// <summary>The keys of a deduplicating queue have their own queue in the message store, so they survive a restart.</summary>
    Keys = 16,
}
