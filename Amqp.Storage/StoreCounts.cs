namespace Amqp.Storage;

/// <summary>Counts of a store since its start.</summary>
/// <param name="MessagesWritten">Messages appended to the log. A message counts once, however many queues it goes to.</param>
/// <param name="PayloadReads">Number of reads of payloads from disk. One read usually loads the payloads of many messages.</param>
public readonly record struct StoreCounts(long MessagesWritten, long PayloadReads);
