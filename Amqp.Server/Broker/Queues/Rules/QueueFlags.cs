namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>Properties of a queue from its declaration.</summary>
[Flags]
internal enum QueueFlags
{
    None = 0,

    /// <summary>The queue survives a restart.</summary>
    Durable = 1,

    /// <summary>The queue is deleted with its last consumer.</summary>
    AutoDelete = 2,

    /// <summary>The queue belongs to one connection and is deleted with it.</summary>
    Exclusive = 4,

    /// <summary>
    /// The queue has a level in the store for returned messages, which are delivered first.
    /// The broker sets the flag for quorum queues. The flag is missing from quorum queues that an earlier version of the broker declared.
    /// </summary>
    Returns = 8,
}
