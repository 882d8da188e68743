using Amqp.Server.Broker.Messages;

namespace Amqp.Server.Broker.Routing;

/// <summary>An end of a route besides queues: an exchange that keeps the message itself.</summary>
internal interface IRouteTarget
{
    /// <summary>True when the message counts as routed there. Else it is an extra copy.</summary>
    bool IsDestination { get; }

    /// <summary>True when a persistent message is written to the disk there.</summary>
    bool IsDurable { get; }

    /// <summary>Stores a message.</summary>
    /// <returns>The position that makes it safe; 0 when there is nothing to wait for.</returns>
    /// <exception cref="Storage.Faults.StoreFailedException">It would have to be persistent and cannot be.</exception>
    long Take(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits);
}
