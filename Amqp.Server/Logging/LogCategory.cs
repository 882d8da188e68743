namespace Amqp.Server.Logging;

/// <summary>Category of a log event. RabbitMQ has all of these categories except <c>Management</c>.</summary>
internal enum LogCategory
{
    /// <summary>Events of no other category: start and stop, alarms, the store.</summary>
    Default,

    /// <summary>Connections that are opened, refused and closed.</summary>
    Connection,

    /// <summary>Channels closed because of a client's error, and consumers that acknowledge too late.</summary>
    Channel,

    /// <summary>Failures of queues and exchanges.</summary>
    Queue,

    /// <summary>Changes made over the HTTP API, with the name of the user who made them. Also requests that were refused.</summary>
    Management,
}

/// <summary>Finds log categories by name and by logger.</summary>
internal static class LogCategories
{
    public static IReadOnlyList<LogCategory> All { get; } = Enum.GetValues<LogCategory>();

    /// <summary>Returns a category's name in settings and in the HTTP API, such as <c>connection</c>.</summary>
    public static string NameOf(LogCategory category) => category switch
    {
        LogCategory.Connection => "connection",
        LogCategory.Channel => "channel",
        LogCategory.Queue => "queue",
        LogCategory.Management => "management",
        _ => "default",
    };

    /// <summary>Returns the category with a name; null if there is none.</summary>
    public static LogCategory? Find(string name) => All.Cast<LogCategory?>().FirstOrDefault(category => NameOf(category!.Value) == name);

    /// <summary>
    /// Returns the category of a logger. The name of a logger is the full name of a type, and the type's namespace determines the category.
    /// </summary>
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
