using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Blocks;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>
/// The quarantine of a queue or exchange, for the operator, who returns or drops its messages. Each call takes the owner's lock.
/// </summary>
internal interface IQuarantineOwner : IQuarantine
{
    /// <summary>The quarantined messages, the oldest first.</summary>
    IReadOnlyList<QuarantinedMessage> Quarantined { get; }

    /// <summary>Reads the stored bytes of a quarantined message.</summary>
    /// <returns>False if no such message is quarantined.</returns>
    /// <exception cref="IOException">The message cannot be read now.</exception>
    /// <exception cref="StoreDamagedException">The message is damaged.</exception>
    bool TryReadQuarantined(MessagePlace place, out PayloadLease payload);

    /// <summary>Returns a message to its place, for another attempt.</summary>
    /// <inheritdoc cref="TryReadQuarantined"/>
    bool ReturnQuarantined(MessagePlace place, DispatchRound round);

    /// <summary>Settles a message, which ends its quarantine for good.</summary>
    /// <inheritdoc cref="TryReadQuarantined"/>
    bool DropQuarantined(MessagePlace place);
}
