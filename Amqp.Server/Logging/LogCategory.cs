namespace Amqp.Server.Logging;

/// <summary>Subject of a log event: a category of RabbitMQ that has events in this broker, or the HTTP API.</summary>
internal enum LogCategory
{
    /// <summary>Events of no other category: start and stop, alarms, the store.</summary>
    Default,

    /// <summary>Connections that are opened, refused and closed.</summary>
    Connection,

    /// <summary>Channels closed for a client's error, and late acknowledgements of consumers.</summary>
    Channel,

    /// <summary>Failures of queues and exchanges.</summary>
    Queue,

    /// <summary>Changes over HTTP, with the users who made them, and refused requests over HTTP.</summary>
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

    /// <summary>Returns the category of a logger, from the namespace of the type that the logger is named after.</summary>
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
