using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Unacknowledged deliveries of a queue in one session, as they were at one moment. Reading needs no lock.</summary>
/// <param name="messages">The messages of the deliveries.</param>
/// <param name="deliveries">
/// The deliveries, in the same order, each with the time in milliseconds for which it has been unacknowledged at least; null if unknown.
/// </param>
internal sealed class UnacknowledgedExcerpt(QueueExcerpt messages, (Delivery Delivery, long? Age)[] deliveries) : IDisposable
{
    private int _at = -1;

    /// <summary>Number of deliveries.</summary>
    public int Count => deliveries.Length;

    /// <summary>The current delivery.</summary>
    public Delivery Delivery => deliveries[_at].Delivery;

    /// <inheritdoc cref="QueueExcerpt.Place"/>
    public MessagePlace Place => messages.Place;

    /// <summary>
    /// Time in milliseconds for which the current delivery has been unacknowledged at least. Null if unknown: the delivery is recent, or
    /// its queue has no consumer timeout.
    /// </summary>
    public long? Age => deliveries[_at].Age;

    /// <inheritdoc cref="QueueExcerpt.MoveNext"/>
    public bool MoveNext()
    {
        _at++;
        return messages.MoveNext();
    }

    /// <inheritdoc cref="QueueExcerpt.Peek"/>
    public PeekedMessage Peek(int most) => messages.Peek(most)!;

    public void Dispose() => messages.Dispose();
}
