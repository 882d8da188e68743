namespace Amqp.Server.Broker.Queues;

/// <summary>The numbers that tell how much a queue has to do, at one moment.</summary>
/// <param name="Ready">Number of ready messages.</param>
/// <param name="Unacknowledged">Number of unacknowledged messages.</param>
/// <param name="Bytes">Body bytes of all these messages.</param>
/// <param name="Consumers">Number of consumers.</param>
/// <param name="Published">Number of messages that entered the queue since the broker started.</param>
/// <param name="IsCrashed">True if the queue has stopped after an unexpected exception.</param>
internal readonly record struct QueueLoad(long Ready, long Unacknowledged, long Bytes, int Consumers, long Published, bool IsCrashed);
