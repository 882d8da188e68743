namespace Amqp.Server.Configuration;

/// <summary>What the broker adds to every message that a client publishes. Null adds nothing; otherwise, whether it replaces what the publisher has set.</summary>
public sealed class InterceptorOptions
{
    /// <summary>For the header <c>timestamp_in_ms</c> and the property timestamp.</summary>
    public bool? OverwritesTimestamp { get; set; }

    /// <summary>For the header <c>x-routed-by</c>, which names the node.</summary>
    public bool? OverwritesRoutingNode { get; set; }
}
