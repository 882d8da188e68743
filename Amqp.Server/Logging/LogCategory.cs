namespace Amqp.Server.Logging;

/// <summary>What an event of the log is about: RabbitMQ's categories, as far as there are such events, and one of the HTTP API's own.</summary>
internal enum LogCategory
{
    /// <summary>All that is of no other category: start and stop, alarms, the store.</summary>
    Default,

    /// <summary>Clients that come, are refused and go.</summary>
    Connection,

    /// <summary>Channels that are closed for a client's mistake, and what consumers are late with.</summary>
    Channel,

    /// <summary>Queues and exchanges: what they cannot do now.</summary>
    Queue,

    /// <summary>Who changed what over HTTP, and who was refused.</summary>
    Management,
}

/// <summary>Finds categories by name and by logger.</summary>
internal static class LogCategories
{
    public static IReadOnlyList<LogCategory> All { get; } = Enum.GetValues<LogCategory>();

    /// <summary>As in settings and in the HTTP API: <c>connection</c>.</summary>
    public static string NameOf(LogCategory category) => category switch
    {
        LogCategory.Connection => "connection",
        LogCategory.Channel => "channel",
        LogCategory.Queue => "queue",
        LogCategory.Management => "management",
        _ => "default",
    };

    /// <summary>Null where no category has this name.</summary>
    public static LogCategory? Find(string name) => All.Cast<LogCategory?>().FirstOrDefault(category => NameOf(category!.Value) == name);

    /// <summary>That of a logger, by the namespace of the type that it is for.</summary>
    public static LogCategory Of(string logger)
    {
        bool IsIn(string folder) => logger.StartsWith($"Amqp.Server.{folder}.", StringComparison.Ordinal);
        return IsIn("Connections") || IsIn("Hosting.Tls") || IsIn("Hosting.Proxy") ? LogCategory.Connection
            : IsIn("Channels") ? LogCategory.Channel
            : IsIn("Broker.Queues") ? LogCategory.Queue
            : IsIn("Management") ? LogCategory.Management
            : LogCategory.Default;
    }
}
