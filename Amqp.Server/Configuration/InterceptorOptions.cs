namespace Amqp.Server.Configuration;

/// <summary>
/// Headers that the broker adds to published messages. True replaces a publisher's header, false keeps it, null adds no header.
/// </summary>
public sealed class InterceptorOptions
{
    /// <summary>Controls the header <c>timestamp_in_ms</c> and the property <c>timestamp</c>.</summary>
    public bool? OverwritesTimestamp { get; set; }

    /// <summary>Controls the header <c>x-routed-by</c>, which names the node.</summary>
    public bool? OverwritesRoutingNode { get; set; }
}
