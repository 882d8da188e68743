namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>What becomes of a message for which a queue has no room, by <c>x-overflow</c>.</summary>
internal enum Overflow
{
    /// <summary>The messages in front make room for it.</summary>
    DropHead,

    /// <summary>It is refused.</summary>
    RejectPublish,

    /// <summary>It is refused and dead-lettered.</summary>
    RejectPublishDeadLetter,
}
