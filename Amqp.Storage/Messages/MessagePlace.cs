using System.Globalization;

namespace Amqp.Storage.Messages;

/// <summary>Names a message of a durable queue for good: nothing that becomes of segments changes it.</summary>
/// <param name="Queue">The queue's number.</param>
/// <param name="Sequence">The message's place there.</param>
public readonly record struct MessagePlace(uint Queue, long Sequence)
{
    /// <summary>Both numbers, with a dash in between.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Queue}-{Sequence}");
}
