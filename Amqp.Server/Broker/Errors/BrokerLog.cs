using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Errors;

/// <summary>All log lines of the code in <c>Broker</c>. Event ids 300 to 399 are reserved for them.</summary>
internal static partial class BrokerLog
{
    [LoggerMessage(300, LogLevel.Information,
        "Recovered {Messages} messages in {Queues} durable queues from {Directory} in {Milliseconds} ms")]
    public static partial void Recovered(this ILogger logger, long messages, int queues, string directory, long milliseconds);

    [LoggerMessage(301, LogLevel.Warning,
        "The message log ended in a torn record: cut {Bytes} bytes off {File} at {Offset}; nothing in them had been confirmed")]
    public static partial void TornTailCut(this ILogger logger, long bytes, string file, long offset);

    [LoggerMessage(302, LogLevel.Error,
        "Damage in the data directory: {Bytes} bytes of {File} at {Offset} are no valid records; their content is lost")]
    public static partial void DamageFound(this ILogger logger, long bytes, string file, long offset);

    [LoggerMessage(303, LogLevel.Error, "Message {Sequence} of queue '{Queue}' is lost: {File} at {Offset} is damaged: {Reason}")]
    public static partial void MessageDamaged(this ILogger logger, string queue, long sequence, string file, long offset, string reason);

    [LoggerMessage(304, LogLevel.Critical,
        "The message store failed and accepts no more persistent messages; repair the disk, then restart the broker")]
    public static partial void StoreFailed(this ILogger logger, Exception failure);

    [LoggerMessage(305, LogLevel.Warning,
        "Memory for messages is at {InUse} bytes, above the high watermark of {Limit}: publishers are blocked")]
    public static partial void MemoryAlarmSet(this ILogger logger, long inUse, long limit);

    [LoggerMessage(306, LogLevel.Information, "Memory for messages is back at {InUse} bytes: publishers are released")]
    public static partial void MemoryAlarmCleared(this ILogger logger, long inUse);

    [LoggerMessage(308, LogLevel.Warning,
        "Only {Free} bytes are free for the data directory, below the limit of {Limit}: publishers are blocked")]
    public static partial void DiskAlarmSet(this ILogger logger, long free, long limit);

    [LoggerMessage(309, LogLevel.Information, "{Free} bytes are free for the data directory: publishers are released")]
    public static partial void DiskAlarmCleared(this ILogger logger, long free);

    [LoggerMessage(325, LogLevel.Warning, "Too few nodes of the cluster are in sync: publishers are blocked, and nothing is confirmed")]
    public static partial void NodesAlarmSet(this ILogger logger);

    [LoggerMessage(326, LogLevel.Information, "Enough nodes of the cluster are in sync: publishers are released")]
    public static partial void NodesAlarmCleared(this ILogger logger);

    [LoggerMessage(310, LogLevel.Error, "Messages of queue '{Queue}' cannot be read from the disk now; the read is retried")]
    public static partial void QueueUnreadable(this ILogger logger, string queue, Exception error);

    [LoggerMessage(312, LogLevel.Information, "Messages of queue '{Queue}' can be read from the disk again")]
    public static partial void QueueReadable(this ILogger logger, string queue);

    [LoggerMessage(313, LogLevel.Error,
        "The disk of the data directory is full: publishers are blocked, and nothing is confirmed until there is room again")]
    public static partial void DiskFull(this ILogger logger);

    [LoggerMessage(314, LogLevel.Information, "The disk of the data directory can be written to again")]
    public static partial void DiskWritable(this ILogger logger);

    [LoggerMessage(311, LogLevel.Error,
        "Queue '{Queue}' in vhost '{VirtualHost}' is deleted, but its definition is still on the disk: it comes back at the next start")]
    public static partial void DefinitionKept(this ILogger logger, string queue, string virtualHost, Exception error);

    [LoggerMessage(317, LogLevel.Error,
        "A message of the recent history of exchange '{Exchange}' in vhost '{VirtualHost}' cannot be read and is not replayed")]
    public static partial void HistoryUnreadable(this ILogger logger, string exchange, string virtualHost, Exception error);

    [LoggerMessage(316, LogLevel.Warning, "The message store could not {Work}: {Reason}; nothing is lost, and the work is retried")]
    public static partial void BackgroundWorkFailed(this ILogger logger, string work, string reason);

    [LoggerMessage(315, LogLevel.Warning, "{File} was damaged and has been rebuilt; nothing is lost")]
    public static partial void IndexRebuilt(this ILogger logger, string file);

    [LoggerMessage(320, LogLevel.Warning,
        "Queue '{Queue}' in vhost '{VirtualHost}' dead-letters to exchange '{Exchange}', which does not "
            + "exist: its dead letters are dropped")]
    public static partial void DeadLetterExchangeMissing(this ILogger logger, string queue, string virtualHost, string? exchange);

    [LoggerMessage(323, LogLevel.Warning,
        "Exchange '{Exchange}' in vhost '{VirtualHost}' has the alternate exchange '{Alternate}', which "
            + "does not exist: unroutable messages are dropped")]
    public static partial void AlternateExchangeMissing(this ILogger logger, string exchange, string virtualHost, string? alternate);

    [LoggerMessage(318, LogLevel.Error, "Dead letters of queue '{Queue}' in vhost '{VirtualHost}' cannot be published now")]
    public static partial void DeadLetteringFailed(this ILogger logger, string queue, string virtualHost, Exception error);

    [LoggerMessage(324, LogLevel.Information, "Imported {Count} definitions from {File}")]
    public static partial void DefinitionsImported(this ILogger logger, int count, string file);

    [LoggerMessage(337, LogLevel.Information, "The default user '{User}' is not created, because definitions are configured")]
    public static partial void DefaultUserNotCreated(this ILogger logger, string user);

    [LoggerMessage(338, LogLevel.Warning,
        "Nobody can log in: the configured definitions have no users, and with definitions the default user "
            + "'{User}' is not created. Add users to the definitions, or start once without definitions")]
    public static partial void NoUsersDefined(this ILogger logger, string user);

    [LoggerMessage(321, LogLevel.Information, "The definitions in {File} are unchanged since their last import and are not imported again")]
    public static partial void DefinitionsUnchanged(this ILogger logger, string file);

    [LoggerMessage(322, LogLevel.Warning, "Definitions in {File}: left out {What}")]
    public static partial void StartDefinitionLeftOut(this ILogger logger, string file, string what);

    [LoggerMessage(330, LogLevel.Error,
        "An unexpected error was contained in {Place} ({Compartment}); this is a bug in the broker, and nothing else is affected")]
    public static partial void FaultContained(this ILogger logger, string compartment, string place, Exception error);

    [LoggerMessage(331, LogLevel.Critical,
        "Queue '{Queue}' in vhost '{VirtualHost}' has crashed: it keeps its messages, and serves no "
            + "client until it is restarted or deleted")]
    public static partial void QueueCrashed(this ILogger logger, string queue, string virtualHost);

    [LoggerMessage(332, LogLevel.Information, "Queue '{Queue}' in vhost '{VirtualHost}' was restarted and serves its clients again")]
    public static partial void QueueRestarted(this ILogger logger, string queue, string virtualHost);

    [LoggerMessage(333, LogLevel.Critical,
        "The process ends because of an error that no compartment contained; this is a bug in the broker")]
    public static partial void ProcessFailed(this ILogger logger, Exception? error);

    [LoggerMessage(334, LogLevel.Critical,
        "Exchange '{Exchange}' in vhost '{VirtualHost}' stopped the delivery of its delayed messages: "
            + "too many of them are quarantined. It resumes when some of these are returned or dropped")]
    public static partial void ExchangeStopped(this ILogger logger, string exchange, string virtualHost);

    [LoggerMessage(339, LogLevel.Information,
        "Exchange '{Exchange}' in vhost '{VirtualHost}' resumes the delivery of its delayed messages")]
    public static partial void ExchangeGoesOn(this ILogger logger, string exchange, string virtualHost);

    [LoggerMessage(335, LogLevel.Warning,
        "Message {Message} of {Place} is quarantined, but the record cannot be stored: after the next "
            + "start of the broker the message is in its place again")]
    public static partial void QuarantineNotKept(this ILogger logger, MessagePlace message, string place, Exception error);

    [LoggerMessage(336, LogLevel.Warning,
        "Message {Message} of {Place} is no longer quarantined, but its record cannot be deleted: after "
            + "the next start of the broker it is quarantined again, if it still exists")]
    public static partial void QuarantineNotForgotten(this ILogger logger, MessagePlace message, string place, Exception error);

    [LoggerMessage(340, LogLevel.Warning,
        "Policy '{Policy}' in vhost '{VirtualHost}': its pattern '{Pattern}' takes too long to match "
            + "some names and does not match them; the first was '{Name}'")]
    public static partial void PolicyPatternTooSlow(this ILogger logger, string policy, string pattern, string name, string virtualHost);

    [LoggerMessage(341, LogLevel.Warning,
        "Permission '{Pattern}' of user '{User}' in vhost '{VirtualHost}' takes too long to match some "
            + "names and does not match them; the first was '{Name}'")]
    public static partial void PermissionPatternTooSlow(this ILogger logger, string pattern, string user, string virtualHost, string name);

    [LoggerMessage(342, LogLevel.Warning,
        "The dead-letter routing key of queue '{Queue}' in vhost '{VirtualHost}' has more than 255 "
            + "bytes and is not used: dead letters keep their own")]
    public static partial void DeadLetterKeyTooLong(this ILogger logger, string queue, string virtualHost);
}
