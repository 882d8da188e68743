using Amqp.Server.Broker.Messages;

namespace Amqp.Server.Broker.Routing;

/// <summary>A destination that is no queue: an exchange that keeps the message itself.</summary>
internal interface IRouteTarget
{
    /// <summary>
    /// True if a message that reaches only this target counts as routed. False if the target just keeps an extra copy of each message.
    /// </summary>
    bool IsDestination { get; }

    /// <summary>True if the target writes persistent messages to the disk.</summary>
    bool IsDurable { get; }

    /// <summary>Stores a message.</summary>
    /// <returns>Log position up to which the log must be synced to make the message durable; 0 if nothing must be synced.</returns>
    /// <exception cref="Storage.Faults.StoreFailedException">The message must be persistent, but cannot be written.</exception>
    long Take(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits);
}
