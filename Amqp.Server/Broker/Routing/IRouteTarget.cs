using Amqp.Server.Broker.Messages;

namespace Amqp.Server.Broker.Routing;

/// <summary>An exchange that stores messages itself. In a route, it is a destination like a queue.</summary>
internal interface IRouteTarget
{
    /// <summary>True if a message that reaches only this target counts as routed.</summary>
    bool IsDestination { get; }

    /// <summary>True if the target writes persistent messages to the disk.</summary>
    bool IsDurable { get; }

    /// <summary>Stores a message. A destination is also called under the lock of the windows of keys.</summary>
    /// <returns>A log position: the message is durable once the log is synced up to this position. 0 if no sync is needed.</returns>
    /// <exception cref="Storage.Faults.StoreFailedException">The message must be persistent, but cannot be written.</exception>
    long Take(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits);
}
