namespace Amqp.Server.Broker.Faults;

/// <summary>An unexpected exception that stayed in its compartment, and how often it was the same.</summary>
/// <param name="Compartment">The kind of compartment.</param>
/// <param name="Place">Which one, and where in it: <c>queue 'q' in vhost '/', message 17</c>.</param>
/// <param name="Error">The first exception.</param>
/// <param name="First">When that was.</param>
/// <param name="Last">When it was the last time.</param>
/// <param name="Count">How often it has been.</param>
internal sealed record ContainedFault(Compartment Compartment, string Place, Exception Error, DateTimeOffset First, DateTimeOffset Last, long Count);
