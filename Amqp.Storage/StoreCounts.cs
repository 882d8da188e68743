namespace Amqp.Storage;

/// <summary>Counts of a store.</summary>
/// <param name="MessagesWritten">
/// Messages appended to the log since the start. A message counts once, however many queues it goes to.
/// </param>
/// <param name="PayloadReads">
/// Number of reads of payloads from disk since the start. One read usually loads the payloads of many messages.
/// </param>
/// <param name="QueueMemory">Bytes of memory that the entries of the messages of all queues use now.</param>
public readonly record struct StoreCounts(long MessagesWritten, long PayloadReads, long QueueMemory);
