using Amqp.Server.Broker.Queues;
using Amqp.Storage;

namespace Amqp.Server.Channels;

/// <summary>A message that is with the client and not acknowledged.</summary>
/// <param name="Tag">The delivery tag.</param>
/// <param name="Message">Where the message is and its place in the queue.</param>
/// <param name="Queue">Where it came from; null once it has been settled.</param>
/// <param name="Consumer">Who it was delivered to; null for basic.get.</param>
/// <param name="IsInTransaction">Its acknowledgement waits for tx.commit.</param>
internal readonly record struct Delivery(ulong Tag, StoredMessage Message, Queue? Queue, ChannelConsumer? Consumer, bool IsInTransaction = false);
