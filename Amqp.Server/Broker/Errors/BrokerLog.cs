using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Errors;

/// <summary>Every line the broker itself can log. Ids 300-399 are ours.</summary>
internal static partial class BrokerLog
{
    [LoggerMessage(300, LogLevel.Information, "Recovered {Messages} messages in {Queues} durable queues from {Directory} in {Milliseconds} ms")]
    public static partial void Recovered(this ILogger logger, long messages, int queues, string directory, long milliseconds);

    [LoggerMessage(301, LogLevel.Warning, "The message log ended in a torn record: cut {Bytes} bytes off {File} at {Offset}; nothing in them had been confirmed")]
    public static partial void TornTailCut(this ILogger logger, long bytes, string file, long offset);

    [LoggerMessage(302, LogLevel.Error, "Damage in the data folder: {Bytes} bytes of {File} at {Offset} are no records; what stood there is lost")]
    public static partial void DamageFound(this ILogger logger, long bytes, string file, long offset);

    [LoggerMessage(303, LogLevel.Error, "Message {Sequence} of queue '{Queue}' is lost: {File} at {Offset} is damaged: {Reason}")]
    public static partial void MessageDamaged(this ILogger logger, string queue, long sequence, string file, long offset, string reason);

    [LoggerMessage(304, LogLevel.Critical, "The message store failed and takes no persistent messages any more; restart the broker once the disk is well")]
    public static partial void StoreFailed(this ILogger logger, Exception failure);

    [LoggerMessage(305, LogLevel.Warning, "Memory for messages is at {InUse} bytes, above the high watermark of {Limit}: publishers are blocked")]
    public static partial void MemoryAlarmSet(this ILogger logger, long inUse, long limit);

    [LoggerMessage(306, LogLevel.Information, "Memory for messages is back at {InUse} bytes: publishers go on")]
    public static partial void MemoryAlarmCleared(this ILogger logger, long inUse);

    [LoggerMessage(308, LogLevel.Warning, "Only {Free} bytes are free for the data directory, below the limit of {Limit}: publishers are blocked")]
    public static partial void DiskAlarmSet(this ILogger logger, long free, long limit);

    [LoggerMessage(309, LogLevel.Information, "{Free} bytes are free for the data directory: publishers go on")]
    public static partial void DiskAlarmCleared(this ILogger logger, long free);

    [LoggerMessage(310, LogLevel.Error, "Messages of queue '{Queue}' cannot be read from the disk now; trying again")]
    public static partial void QueueUnreadable(this ILogger logger, string queue, Exception error);

    [LoggerMessage(312, LogLevel.Information, "Messages of queue '{Queue}' can be read from the disk again")]
    public static partial void QueueReadable(this ILogger logger, string queue);

    [LoggerMessage(313, LogLevel.Error, "The disk of the data directory is full: publishers are blocked, and nothing is confirmed until there is room again")]
    public static partial void DiskFull(this ILogger logger);

    [LoggerMessage(314, LogLevel.Information, "The disk of the data directory can be written to again")]
    public static partial void DiskWritable(this ILogger logger);

    [LoggerMessage(311, LogLevel.Error, "Queue '{Queue}' in vhost '{VirtualHost}' is deleted, but its definition is still on the disk: it comes back at the next start")]
    public static partial void DefinitionKept(this ILogger logger, string queue, string virtualHost, Exception error);

    [LoggerMessage(317, LogLevel.Error, "A message of the recent history of exchange '{Exchange}' in vhost '{VirtualHost}' cannot be read and is not replayed")]
    public static partial void HistoryUnreadable(this ILogger logger, string exchange, string virtualHost, Exception error);

    [LoggerMessage(316, LogLevel.Warning, "The message store could not {Work} now: {Reason}; nothing is lost, and it is tried again from time to time")]
    public static partial void BackgroundWorkFailed(this ILogger logger, string work, string reason);

    [LoggerMessage(315, LogLevel.Warning, "{File} was damaged and has been made anew; nothing is lost")]
    public static partial void IndexRebuilt(this ILogger logger, string file);

    [LoggerMessage(320, LogLevel.Warning, "Queue '{Queue}' in vhost '{VirtualHost}' dead-letters to exchange '{Exchange}', which is not there: its dead letters are dropped")]
    public static partial void DeadLetterExchangeMissing(this ILogger logger, string queue, string virtualHost, string? exchange);

    [LoggerMessage(323, LogLevel.Warning, "Exchange '{Exchange}' in vhost '{VirtualHost}' has the alternate exchange '{Alternate}', which is not there: what it cannot route is dropped")]
    public static partial void AlternateExchangeMissing(this ILogger logger, string exchange, string virtualHost, string? alternate);

    [LoggerMessage(318, LogLevel.Error, "Dead letters of queue '{Queue}' in vhost '{VirtualHost}' cannot be published now")]
    public static partial void DeadLetteringFailed(this ILogger logger, string queue, string virtualHost, Exception error);

    [LoggerMessage(324, LogLevel.Information, "Imported {Count} definitions from {File}")]
    public static partial void DefinitionsImported(this ILogger logger, int count, string file);

    [LoggerMessage(337, LogLevel.Information, "The default user '{User}' is not made: the configured definitions say who there is")]
    public static partial void DefaultUserNotMade(this ILogger logger, string user);

    [LoggerMessage(338, LogLevel.Warning, "Nobody can log in: the configured definitions have no users, and beside definitions the default user '{User}' is not made. Add users to them, or start once without them")]
    public static partial void NoUsersDefined(this ILogger logger, string user);

    [LoggerMessage(321, LogLevel.Information, "The definitions in {File} have been imported before and are as they were")]
    public static partial void DefinitionsUnchanged(this ILogger logger, string file);

    [LoggerMessage(322, LogLevel.Warning, "Definitions in {File}: left out {What}")]
    public static partial void StartDefinitionLeftOut(this ILogger logger, string file, string what);

    [LoggerMessage(330, LogLevel.Error, "An unexpected error was kept inside {Place} ({Compartment}); this is a fault of the broker's, and nothing else is touched by it")]
    public static partial void FaultContained(this ILogger logger, string compartment, string place, Exception error);

    [LoggerMessage(331, LogLevel.Critical, "Queue '{Queue}' in vhost '{VirtualHost}' has crashed: it serves nobody until it is restarted or deleted, and keeps what it holds")]
    public static partial void QueueCrashed(this ILogger logger, string queue, string virtualHost);

    [LoggerMessage(332, LogLevel.Information, "Queue '{Queue}' in vhost '{VirtualHost}' is restarted and goes on")]
    public static partial void QueueRestarted(this ILogger logger, string queue, string virtualHost);

    [LoggerMessage(333, LogLevel.Critical, "The process ends for an error that nothing contained; this is a fault of the broker's")]
    public static partial void ProcessFailed(this ILogger logger, Exception? error);

    [LoggerMessage(334, LogLevel.Critical, "Exchange '{Exchange}' in vhost '{VirtualHost}' delivers no more of the messages that wait in it: too many of them are quarantined. It goes on when some of these are returned or dropped")]
    public static partial void ExchangeStopped(this ILogger logger, string exchange, string virtualHost);

    [LoggerMessage(339, LogLevel.Information, "Exchange '{Exchange}' in vhost '{VirtualHost}' goes on to deliver the messages that wait in it")]
    public static partial void ExchangeGoesOn(this ILogger logger, string exchange, string virtualHost);

    [LoggerMessage(335, LogLevel.Warning, "Message {Message} of {Place} is quarantined, which cannot be written down: after the next start of the broker it is in its place again")]
    public static partial void QuarantineNotKept(this ILogger logger, MessagePlace message, string place, Exception error);

    [LoggerMessage(336, LogLevel.Warning, "Message {Message} of {Place} is quarantined no more, which cannot be written down: after the next start of the broker it is again, if it is still there")]
    public static partial void QuarantineNotForgotten(this ILogger logger, MessagePlace message, string place, Exception error);

    [LoggerMessage(340, LogLevel.Warning, "Policy '{Policy}' in vhost '{VirtualHost}': its pattern '{Pattern}' takes too long for some names and does not match these, the first of them '{Name}'")]
    public static partial void PolicyPatternTooSlow(this ILogger logger, string policy, string pattern, string name, string virtualHost);

    [LoggerMessage(341, LogLevel.Warning, "Permission '{Pattern}' of user '{User}' in vhost '{VirtualHost}' takes too long for some names and does not match these, the first of them '{Name}'")]
    public static partial void PermissionPatternTooSlow(this ILogger logger, string pattern, string user, string virtualHost, string name);

    [LoggerMessage(342, LogLevel.Warning, "The dead-letter routing key of queue '{Queue}' in vhost '{VirtualHost}' has more than 255 bytes and is not used: dead letters keep their own")]
    public static partial void DeadLetterKeyTooLong(this ILogger logger, string queue, string virtualHost);
}
