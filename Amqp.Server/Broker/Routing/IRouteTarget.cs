using Amqp.Server.Broker.Messages;

namespace Amqp.Server.Broker.Routing;

/// <summary>A destination of a route that is not a queue: an exchange that keeps messages itself.</summary>
internal interface IRouteTarget
{
    /// <summary>True if a message to this target counts as routed. False if the target only keeps an extra copy of the message.</summary>
    bool IsDestination { get; }

    /// <summary>True if the target writes persistent messages to disk.</summary>
    bool IsDurable { get; }

    /// <summary>Stores a message.</summary>
    /// <returns>The log position that makes the message durable; 0 if there is nothing to wait for.</returns>
    /// <exception cref="Storage.Faults.StoreFailedException">The message must be persistent and cannot be written.</exception>
    long Take(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits);
}
