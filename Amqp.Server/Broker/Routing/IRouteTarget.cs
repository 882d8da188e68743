using Amqp.Server.Broker.Messages;

namespace Amqp.Server.Broker.Routing;

/// <summary>An exchange that keeps messages itself, and takes the place of a queue in a route.</summary>
internal interface IRouteTarget
{
    /// <summary>True if a message that reaches only this target counts as routed.</summary>
    bool IsDestination { get; }

    /// <summary>True if the target writes persistent messages to the disk.</summary>
    bool IsDurable { get; }

    /// <summary>Stores a message.</summary>
    /// <returns>The message is durable when the log is synced up to this position. 0 if nothing must be synced.</returns>
    /// <exception cref="Storage.Faults.StoreFailedException">The message must be persistent, but cannot be written.</exception>
    long Take(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits);
}
