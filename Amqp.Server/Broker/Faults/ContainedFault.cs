namespace Amqp.Server.Broker.Faults;

/// <summary>An unexpected exception whose effects were limited to one compartment, for example to one queue.</summary>
/// <param name="Compartment">Kind of compartment.</param>
/// <param name="Place">Description of the object, such as <c>queue 'q' in vhost '/', message 17</c>.</param>
/// <param name="Error">The exception of the first occurrence.</param>
/// <param name="First">Time of the first occurrence.</param>
/// <param name="Last">Time of the last occurrence.</param>
/// <param name="Count">Number of occurrences.</param>
internal sealed record ContainedFault(
    Compartment Compartment, string Place, Exception Error, DateTimeOffset First, DateTimeOffset Last, long Count);
