using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Sends the output of a session to its client. Implemented by the code that serves the client's protocol.</summary>
/// <remarks>
/// The lock <see cref="Gate"/> guards the state that must agree with the output: delivery tags, prefetch counts, unacknowledged deliveries
/// and pending confirms. A thread that holds the lock of a queue may take <see cref="Gate"/>. A thread that holds <see cref="Gate"/> must
/// not take the lock of a queue.
/// </remarks>
internal interface ISessionSink
{
    Lock Gate { get; }

    /// <summary>The output of the client's connection. A round flushes it when the round ends.</summary>
    IOutput Output { get; }

    /// <summary>
    /// True if the pending bytes must be sent before the round ends, because there are too many. Read under the lock <see cref="Gate"/>.
    /// </summary>
    bool IsFlushDue { get; }

    /// <summary>
    /// Returns true if the output has no room for deliveries. The sink resumes a refused consumer once the output has room. Called under
    /// the lock <see cref="Gate"/>.
    /// </summary>
    bool Refuses(SessionConsumer consumer);

    /// <summary>Sends a message to a consumer. Called under the lock <see cref="Gate"/>.</summary>
    /// <param name="consumer">The consumer that receives the message.</param>
    /// <param name="tag">The delivery tag.</param>
    /// <param name="isRedelivered">True if the message was delivered before.</param>
    /// <param name="content">The message in its stored form.</param>
    /// <param name="properties">The properties to send to the client.</param>
    void Deliver(SessionConsumer consumer, ulong tag, bool isRedelivered, in EncodedMessage content, ReadOnlySpan<byte> properties);

    /// <summary>Confirms publishes that are durable or need not be durable. Called under the lock <see cref="Gate"/>.</summary>
    /// <param name="upTo">Number of the last publish to answer. The publishes of a session are numbered from 1.</param>
    /// <param name="isMultiple">
    /// True to answer all unanswered publishes up to <paramref name="upTo"/>. False to answer only that publish.
    /// </param>
    void Confirm(ulong upTo, bool isMultiple);

    /// <summary>
    /// Answers publishes with a nack, because a queue refused the messages or the store failed. Called under the lock <see cref="Gate"/>.
    /// </summary>
    /// <inheritdoc cref="Confirm"/>
    void Refuse(ulong upTo, bool isMultiple);

    /// <summary>Returns a mandatory message that no queue receives. Called without the lock <see cref="Gate"/>.</summary>
    void Return(in EncodedMessage message, ReadOnlySpan<byte> body);

    /// <summary>
    /// Tells the client that a consumer has ended. The queue was deleted, or the user may no longer read the queue. Called under the lock
    /// <see cref="Gate"/>.
    /// </summary>
    /// <returns>False if the client does not support such notifications.</returns>
    bool TryCancel(SessionConsumer consumer);

    /// <summary>Closes the output after an exception that interrupted a write. Called under the lock <see cref="Gate"/>.</summary>
    void Fail(Exception error);

    /// <summary>Disconnects the client, because its confirms cannot be sent. May be called by any thread.</summary>
    void Abort();
}
