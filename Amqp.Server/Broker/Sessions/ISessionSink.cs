using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Sessions;

/// <summary>The front end's side of a session: what goes out to the client.</summary>
/// <remarks>
/// <see cref="Gate"/> owns what must change in step with what is written: delivery tags, prefetch counts, unacknowledged deliveries, confirms that wait. A
/// queue's lock may be held when it is taken; no queue's lock may be taken under it.
/// </remarks>
internal interface ISessionSink
{
    Lock Gate { get; }

    /// <summary>What a round notes and flushes.</summary>
    IOutput Output { get; }

    /// <summary>True when enough waits to be sent before the round ends. Under the gate.</summary>
    bool IsFlushDue { get; }

    /// <summary>True when deliveries must wait; the consumer is resumed when they may go on. Under the gate.</summary>
    bool Refuses(SessionConsumer consumer);

    /// <summary>Sends a message to a consumer. Under the gate.</summary>
    /// <param name="consumer">Whose it is.</param>
    /// <param name="tag">The delivery tag.</param>
    /// <param name="isRedelivered">Whether it was delivered before.</param>
    /// <param name="content">As it is stored.</param>
    /// <param name="properties">Those that the client is to see.</param>
    void Deliver(SessionConsumer consumer, ulong tag, bool isRedelivered, in EncodedMessage content, ReadOnlySpan<byte> properties);

    /// <summary>The publishes up to this one, as counted from 1, are safe. Under the gate.</summary>
    /// <param name="upTo">The last one.</param>
    /// <param name="isMultiple">There is more than one.</param>
    void Confirm(ulong upTo, bool isMultiple);

    /// <summary>The publishes up to this one are lost, or refused by a queue. Under the gate.</summary>
    /// <inheritdoc cref="Confirm"/>
    void Refuse(ulong upTo, bool isMultiple);

    /// <summary>Gives a mandatory message back that no queue takes. The gate is not held.</summary>
    void Return(in EncodedMessage message, ReadOnlySpan<byte> body);

    /// <summary>Says that a consumer has ended, as its queue is gone or may not be read any more. Under the gate.</summary>
    /// <returns>False when the client cannot be told.</returns>
    bool TryCancel(SessionConsumer consumer);

    /// <summary>Something was thrown in the middle of a write: the output is of no use any more. Under the gate.</summary>
    void Fail(Exception error);

    /// <summary>Cuts the client off, which cannot be told what it waits for. Any thread.</summary>
    void Abort();
}
