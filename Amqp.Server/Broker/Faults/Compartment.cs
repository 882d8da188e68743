namespace Amqp.Server.Broker.Faults;

/// <summary>What an unexpected exception stays in: nobody outside of it is to notice.</summary>
internal enum Compartment
{
    /// <summary>One queue, or one message of it.</summary>
    Queue,

    /// <summary>One exchange that publishes by itself what waits in it.</summary>
    Exchange,

    /// <summary>One client's connection.</summary>
    Connection,

    /// <summary>One who hears of what happens, or one message that tells of it.</summary>
    Events,

    /// <summary>One look at what everything has counted.</summary>
    Statistics,

    /// <summary>One request to the HTTP API or to the port for Prometheus.</summary>
    Http,

    /// <summary>One of the broker's own works and checks: timers, alarms, the steps of a stop.</summary>
    Broker,

    /// <summary>One work of the message store's in the background.</summary>
    Store,
}

/// <summary>Names of compartments, as metrics and the HTTP API have them.</summary>
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
