namespace Amqp.Server.Broker.Faults;

/// <summary>An unexpected exception that a compartment contained, with the number of times that it occurred.</summary>
/// <param name="Compartment">Kind of compartment.</param>
/// <param name="Place">Name of the compartment and place in it, like <c>queue 'q' in vhost '/', message 17</c>.</param>
/// <param name="Error">The exception of the first occurrence.</param>
/// <param name="First">Time of the first occurrence.</param>
/// <param name="Last">Time of the last occurrence.</param>
/// <param name="Count">Number of occurrences.</param>
internal sealed record ContainedFault(
    Compartment Compartment, string Place, Exception Error, DateTimeOffset First, DateTimeOffset Last, long Count);
