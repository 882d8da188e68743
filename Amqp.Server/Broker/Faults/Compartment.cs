namespace Amqp.Server.Broker.Faults;

/// <summary>
/// Kinds of compartments. A compartment is a part of the broker or a unit of work. If it throws an unexpected exception, other
/// compartments continue.
/// </summary>
internal enum Compartment
{
    /// <summary>A queue, or a single message of a queue.</summary>
    Queue,

    /// <summary>An exchange that stores messages and publishes them later.</summary>
    Exchange,

    /// <summary>The connection of one client.</summary>
    Connection,

    /// <summary>A listener for events, or one message that the broker itself publishes.</summary>
    Events,

    /// <summary>One run of the sampler, which records the statistics.</summary>
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
