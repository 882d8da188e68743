namespace Amqp.Server.Configuration;

/// <summary>
/// Headers that the broker adds to every message that a client publishes. True replaces a header that the publisher has set, false keeps
/// the publisher's header, and null adds no header.
/// </summary>
public sealed class InterceptorOptions
{
    /// <summary>Adds the header <c>timestamp_in_ms</c> and the property timestamp.</summary>
    public bool? OverwritesTimestamp { get; set; }

    /// <summary>Adds the header <c>x-routed-by</c> with the name of the node.</summary>
    public bool? OverwritesRoutingNode { get; set; }
}
