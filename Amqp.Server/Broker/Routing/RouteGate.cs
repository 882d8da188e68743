using Amqp.Server.Broker.Deduplication;

namespace Amqp.Server.Broker.Routing;

/// <summary>A deduplicating exchange on a route. It closes for a repeat: what only it leads to does not receive the repeat.</summary>
/// <param name="Window">The keys that the exchange has seen.</param>
/// <param name="Outer">Index of the gate through which the message reaches this gate; <see cref="None"/> if there is none.</param>
internal sealed record RouteGate(DeduplicationWindow Window, int Outer)
{
    /// <summary>The index that stands for no gate.</summary>
    public const int None = -1;
}
