using Amqp.Storage.Blocks;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>Who owns stored messages, and puts one aside that cannot be handled: a queue, or an exchange that keeps messages.</summary>
internal interface IQuarantine
{
    /// <summary>True when so many are put aside that no more are to be taken. The owner's lock is held.</summary>
    bool IsFull { get; }

    /// <summary>What is put aside, the oldest first. Takes the lock, like what follows.</summary>
    IReadOnlyList<QuarantinedMessage> Quarantined { get; }

    /// <summary>Puts a message aside that was taken: it is given to nobody and stays stored. The owner's lock is held.</summary>
    /// <param name="message">Taken, and not settled.</param>
    /// <param name="error">What was thrown over it.</param>
    void SetAside(in StoredMessage message, Exception error);

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
