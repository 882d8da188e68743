namespace Amqp.Server.Broker.Faults;

/// <summary>
/// Kinds of compartments. A compartment is a unit of work. Its unexpected exceptions affect nothing outside of the compartment.
/// </summary>
internal enum Compartment
{
    /// <summary>A queue, or a single message of a queue.</summary>
    Queue,

    /// <summary>An exchange that stores messages and publishes them later.</summary>
    Exchange,

    /// <summary>The connection of one client.</summary>
    Connection,

    /// <summary>A listener for events, or a single message about an event.</summary>
    Events,

    /// <summary>The taking of one sample of all counts.</summary>
    Statistics,

    /// <summary>A request to the HTTP API or to the Prometheus port.</summary>
    Http,

    /// <summary>An internal task of the broker, such as a timer or a check of the alarms.</summary>
    Broker,

    /// <summary>A background task of the message store.</summary>
    Store,
}

/// <summary>Names of the compartments, as used in metrics and in the HTTP API.</summary>
internal static class Compartments
{
    public static IReadOnlyList<Compartment> All { get; } = Enum.GetValues<Compartment>();

    public static string Name(this Compartment compartment) => compartment switch
    {
        Compartment.Queue => "queue",
        Compartment.Exchange => "exchange",
        Compartment.Connection => "connection",
        Compartment.Events => "events",
        Compartment.Statistics => "statistics",
        Compartment.Http => "http",
        Compartment.Store => "store",
        _ => "broker",
    };
}
