namespace Amqp.Server.Configuration;

/// <summary>
/// Headers that the broker adds to published messages. True replaces the publisher's header, false keeps it, null adds none.
/// </summary>
public sealed class InterceptorOptions
{
    /// <summary>Adds the header <c>timestamp_in_ms</c> and the property timestamp.</summary>
    public bool? OverwritesTimestamp { get; set; }

    /// <summary>Adds the header <c>x-routed-by</c> with the name of the node.</summary>
    public bool? OverwritesRoutingNode { get; set; }
}
