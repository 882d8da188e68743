using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Blocks;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>A queue or an exchange with messages that are put aside, for the operator who decides what becomes of them. Each call takes the owner's lock.</summary>
internal interface IQuarantineOwner : IQuarantine
{
    /// <summary>What is put aside, the oldest first.</summary>
    IReadOnlyList<QuarantinedMessage> Quarantined { get; }

    /// <summary>The bytes of a message that is put aside.</summary>
    /// <returns>False when it is not there.</returns>
    /// <exception cref="IOException">It cannot be read now.</exception>
    /// <exception cref="StoreDamagedException">It is damaged.</exception>
    bool TryReadQuarantined(MessagePlace place, out PayloadLease payload);

    /// <summary>Puts a message back in its place, to be tried again.</summary>
    /// <inheritdoc cref="TryReadQuarantined"/>
    bool ReturnQuarantined(MessagePlace place, DispatchRound round);

    /// <summary>Lets go of a message for good.</summary>
    /// <inheritdoc cref="TryReadQuarantined"/>
    bool DropQuarantined(MessagePlace place);
}
