namespace Amqp.Server.Broker.Tracing;

/// <summary>One step of a traced message.</summary>
/// <param name="Kind">Kind of the step, such as <c>published</c> or <c>acked</c>.</param>
/// <param name="Message">Number of the message within the trace, from 1.</param>
internal sealed record TraceHop(string Kind, int Message)
{
    public const string
        Published = "published",
        Routed = "routed",
        Returned = "returned",
        Delivered = "delivered",
        Acked = "acked",
        Rejected = "rejected",
        Requeued = "requeued",
        Expired = "expired",
        Dropped = "dropped",
        DeadLettered = "dead_lettered";

    /// <summary>Number of the hop within the trace, from 1.</summary>
    public int Seq { get; init; }

    /// <summary>Time of the hop, in milliseconds since 1970-01-01 UTC.</summary>
    public long Time { get; init; }

    /// <summary>The exchange to which the message was published; null if this hop is no publish.</summary>
    public string? Exchange { get; init; }

    /// <summary>The routing key of a publish.</summary>
    public string? RoutingKey { get; init; }

    /// <summary>The queue; null for a publish.</summary>
    public string? Queue { get; init; }

    /// <summary>The tag of the consumer; null after basic.get, and for all other kinds of hops.</summary>
    public string? Consumer { get; init; }

    /// <summary>The user whose client has done this; null if the broker itself has.</summary>
    public string? User { get; init; }

    /// <summary>RabbitMQ's name of the client's channel.</summary>
    public string? Channel { get; init; }

    /// <summary>The property message_id; null if the message has none, or the hop does not read the message.</summary>
    public string? MessageId { get; init; }

    /// <summary>Bytes of the body; null if the hop does not read the message.</summary>
    public int? Size { get; init; }
}
