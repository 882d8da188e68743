using Amqp.Server.Client;

namespace Amqp.Server.Federation;

/// <summary>The state of a link at one moment.</summary>
/// <param name="State">The state.</param>
/// <param name="Since">Time of the last change.</param>
/// <param name="Uri">The upstream's address in use, or the first one if there is none.</param>
/// <param name="LocalConnection">Name of the link's connection to this broker; null unless the link runs.</param>
/// <param name="Error">Reason of the failure; null unless the link has failed.</param>
internal sealed record LinkStatus(
    LinkState State, DateTimeOffset Since, AmqpUri Uri, string? LocalConnection = null, string? Error = null)
{
    /// <summary>True if the link has failed and waits for its next attempt.</summary>
    public bool IsDown => State is LinkState.Error or LinkState.Shutdown;
}

/// <summary>The state of a link, by RabbitMQ's names.</summary>
internal enum LinkState
{
    /// <summary>Connects to both brokers.</summary>
    Starting,

    /// <summary>Moves messages.</summary>
    Running,

    /// <summary>Cannot reach a broker, or has lost it.</summary>
    Error,

    /// <summary>A broker has refused a request of the link.</summary>
    Shutdown,
}
