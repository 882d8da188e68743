using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Blocks;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>
/// A queue or exchange that has quarantined messages, which the broker failed to process. An operator can return or drop a message.
/// </summary>
/// <remarks>Each member takes the lock of the queue or exchange.</remarks>
internal interface IQuarantineOwner : IQuarantine
{
    IReadOnlyList<QuarantinedMessage> Quarantined { get; }

    /// <summary>Reads the stored bytes of a quarantined message.</summary>
    /// <returns>False if this message is not quarantined.</returns>
    /// <exception cref="IOException">The message cannot be read now.</exception>
    /// <exception cref="StoreDamagedException">The message is damaged.</exception>
    bool TryReadQuarantined(MessagePlace place, out PayloadLease payload);

    /// <summary>Returns a quarantined message to its queue or exchange.</summary>
    /// <inheritdoc cref="TryReadQuarantined"/>
    bool ReturnQuarantined(MessagePlace place, DispatchRound round);

    /// <summary>Deletes a quarantined message.</summary>
    /// <inheritdoc cref="TryReadQuarantined"/>
    bool DropQuarantined(MessagePlace place);
}
