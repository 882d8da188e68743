namespace Amqp.Server.Broker.Faults;

/// <summary>
/// Kinds of compartments: units of work in which an unexpected exception is contained, so that nothing outside is affected.
/// </summary>
internal enum Compartment
{
    /// <summary>One queue, or one message of a queue.</summary>
    Queue,

    /// <summary>One exchange that publishes its stored messages by itself.</summary>
    Exchange,

    /// <summary>The connection of one client.</summary>
    Connection,

    /// <summary>One listener for events, or one message about an event.</summary>
    Events,

    /// <summary>One sampling of all counts.</summary>
    Statistics,

    /// <summary>One request to the HTTP API or to the Prometheus port.</summary>
    Http,

    /// <summary>One internal task of the broker: a timer, a check of the alarms, a step of a stop.</summary>
    Broker,

    /// <summary>One background task of the message store.</summary>
    Store,
}

/// <summary>Names of compartments in metrics and in the HTTP API.</summary>
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
