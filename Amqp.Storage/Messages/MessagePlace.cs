using System.Globalization;

namespace Amqp.Storage.Messages;

/// <summary>
/// The identity of a message of a durable queue. It stays the same when the broker restarts and when the log is compacted.
/// </summary>
/// <param name="Queue">Number of the queue.</param>
/// <param name="Sequence">Sequence of the message in the queue.</param>
public readonly record struct MessagePlace(uint Queue, long Sequence)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Queue}-{Sequence}");
}
