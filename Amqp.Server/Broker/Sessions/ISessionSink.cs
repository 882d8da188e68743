using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Sends the output of a session to its client. Implemented by the code of the client's protocol.</summary>
/// <remarks>
/// <see cref="Gate"/> guards delivery tags, prefetch, unacknowledged deliveries and pending confirms. A thread that holds
/// <see cref="Gate"/> must not take the lock of a queue.
/// </remarks>
internal interface ISessionSink
{
    Lock Gate { get; }

    /// <summary>The output of the client's connection. A round flushes it when the round ends.</summary>
    IOutput Output { get; }

    /// <summary>True if the output must be flushed before the end of the round. Read under the lock <see cref="Gate"/>.</summary>
    bool IsFlushDue { get; }

    /// <summary>
    /// Returns true if the output is full. The sink then resumes the consumer when the output has room again. Called under
    /// <see cref="Gate"/>.
    /// </summary>
    bool Refuses(SessionConsumer consumer);

    /// <summary>Sends a message to a consumer. Called under the lock <see cref="Gate"/>.</summary>
    /// <param name="consumer">The consumer that receives the message.</param>
    /// <param name="tag">The delivery tag.</param>
    /// <param name="isRedelivered">True if the message was delivered before.</param>
    /// <param name="content">The message in its stored form. Not by reference, so that its fields can be in registers.</param>
    /// <param name="properties">The properties to send to the client.</param>
    void Deliver(SessionConsumer consumer, ulong tag, bool isRedelivered, EncodedMessage content, ReadOnlySpan<byte> properties);

    /// <summary>Confirms publishes. Called under the lock <see cref="Gate"/>.</summary>
    /// <param name="upTo">Number of the last publish to answer, counted from 1 in each session.</param>
    /// <param name="isMultiple">True to answer all pending publishes up to <paramref name="upTo"/>; false for only this publish.</param>
    void Confirm(ulong upTo, bool isMultiple);

    /// <summary>Answers publishes with a nack. Called under the lock <see cref="Gate"/>.</summary>
    /// <inheritdoc cref="Confirm"/>
    void Refuse(ulong upTo, bool isMultiple);

    /// <summary>Returns a mandatory message that no queue receives. Called without the lock <see cref="Gate"/>.</summary>
    void Return(in EncodedMessage message, ReadOnlySpan<byte> body);

    /// <summary>Tells the client that the broker has ended a consumer. Called under the lock <see cref="Gate"/>.</summary>
    /// <returns>False if the client does not support such notifications.</returns>
    bool TryCancel(SessionConsumer consumer);

    /// <summary>
    /// Notes that deliveries may soon have to wait for acknowledgements, so that these must be read at once. Called under the lock
    /// <see cref="Gate"/>.
    /// </summary>
    void AwaitAcknowledgements();

    /// <summary>Closes the output because an exception has interrupted a write. Called under the lock <see cref="Gate"/>.</summary>
    void Fail(Exception error);

    /// <summary>Disconnects the client, because its confirms cannot be sent. May be called by any thread.</summary>
    void Abort();
}
