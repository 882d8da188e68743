using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Blocks;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>
/// The quarantine of a queue or exchange, for an operator, who returns or drops quarantined messages. Each call takes the owner's lock.
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

    /// <summary>Ends the quarantine of a message and returns the message to its place, from where it is handled again.</summary>
    /// <inheritdoc cref="TryReadQuarantined"/>
    bool ReturnQuarantined(MessagePlace place, DispatchRound round);

    /// <summary>Ends the quarantine of a message and settles the message, which is then gone.</summary>
    /// <inheritdoc cref="TryReadQuarantined"/>
    bool DropQuarantined(MessagePlace place);
}
