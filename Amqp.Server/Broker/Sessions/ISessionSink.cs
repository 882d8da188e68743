using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Sessions;

/// <summary>The front end of a session, which sends its output to the client.</summary>
/// <remarks>
/// <see cref="Gate"/> guards the state that must agree with the output: delivery tags, prefetch counts, unacknowledged deliveries, pending
/// confirms. The gate may be taken under a queue's lock, never the other way round.
/// </remarks>
internal interface ISessionSink
{
    Lock Gate { get; }

    /// <summary>The output of the client's connection, which a round flushes at its end.</summary>
    IOutput Output { get; }

    /// <summary>True if so much output is pending that it must be sent before the round ends. The gate is held.</summary>
    bool IsFlushDue { get; }

    /// <summary>
    /// True if the output has no room for deliveries. The sink then resumes the consumer once there is room. The gate is held.
    /// </summary>
    bool Refuses(SessionConsumer consumer);

    /// <summary>Sends a message to a consumer. The gate is held.</summary>
    /// <param name="consumer">The consumer that receives the message.</param>
    /// <param name="tag">The delivery tag.</param>
    /// <param name="isRedelivered">True if the message was delivered before.</param>
    /// <param name="content">The message as it is stored.</param>
    /// <param name="properties">The properties that the client receives.</param>
    void Deliver(SessionConsumer consumer, ulong tag, bool isRedelivered, in EncodedMessage content, ReadOnlySpan<byte> properties);

    /// <summary>Confirms publishes that are durable, or that need not be durable. The gate is held.</summary>
    /// <param name="upTo">Number of the last answered publish, counted from 1 within the session.</param>
    /// <param name="isMultiple">
    /// True to answer all unanswered publishes up to <paramref name="upTo"/>; false to answer only that publish.
    /// </param>
    void Confirm(ulong upTo, bool isMultiple);

    /// <summary>Answers publishes with a nack, because a queue refused the messages or the store failed. The gate is held.</summary>
    /// <inheritdoc cref="Confirm"/>
    void Refuse(ulong upTo, bool isMultiple);

    /// <summary>Returns a mandatory message that no queue receives. The gate is not held.</summary>
    void Return(in EncodedMessage message, ReadOnlySpan<byte> body);

    /// <summary>
    /// Tells the client that a consumer has ended, because its queue was deleted or the user may no longer read it. The gate is held.
    /// </summary>
    /// <returns>False if the client does not support the notification.</returns>
    bool TryCancel(SessionConsumer consumer);

    /// <summary>Closes the output after an exception in the middle of a write. The gate is held.</summary>
    void Fail(Exception error);

    /// <summary>Disconnects the client, because it cannot receive the confirms that it waits for. Callable from any thread.</summary>
    void Abort();
}
