using System.Globalization;

namespace Amqp.Storage.Messages;

/// <summary>Identifies a message of a durable queue. The identity of a message never changes.</summary>
/// <param name="Queue">Number of the queue.</param>
/// <param name="Sequence">Sequence number of the message in the queue.</param>
public readonly record struct MessagePlace(uint Queue, long Sequence)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Queue}-{Sequence}");
}
