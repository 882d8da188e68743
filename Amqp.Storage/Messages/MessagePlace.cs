using System.Globalization;

namespace Amqp.Storage.Messages;

/// <summary>Identifies a message of a durable queue, across restarts and compaction.</summary>
/// <param name="Queue">Number of the queue.</param>
/// <param name="Sequence">Sequence of the message in the queue.</param>
public readonly record struct MessagePlace(uint Queue, long Sequence)
{
    /// <summary>Returns both numbers, separated by a dash.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Queue}-{Sequence}");
}
