namespace Amqp.Storage;

/// <summary>What a store has done since its start.</summary>
/// <param name="MessagesWritten">Messages that were written to the log, or wait to be: each once, however many queues it went to.</param>
/// <param name="PayloadReads">How often payloads were read from the disk: those of many messages at a time.</param>
public readonly record struct StoreCounts(long MessagesWritten, long PayloadReads);
