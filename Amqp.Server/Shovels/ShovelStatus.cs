using Amqp.Server.Client;

namespace Amqp.Server.Shovels;

/// <summary>The state of a shovel at one moment.</summary>
/// <param name="State">The state.</param>
/// <param name="Since">Time of the last change.</param>
/// <param name="Source">The source in use; null if the shovel does not run.</param>
/// <param name="Destination">The destination in use; null if the shovel does not run.</param>
/// <param name="Reason">Reason of the last failure; null if the shovel has not failed.</param>
internal sealed record ShovelStatus(
    ShovelState State, DateTimeOffset Since, AmqpUri? Source = null, AmqpUri? Destination = null, string? Reason = null);
