using System.Globalization;

namespace Amqp.Storage.Messages;

/// <summary>The identity of a message of a durable queue, which never changes.</summary>
/// <param name="Queue">Number of the queue.</param>
/// <param name="Sequence">Sequence of the message in the queue.</param>
public readonly record struct MessagePlace(uint Queue, long Sequence)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Queue}-{Sequence}");
}
