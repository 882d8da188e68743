namespace Amqp.Server.Configuration;

/// <summary>How many virtual hosts there may be, and what new ones begin with: RabbitMQ's <c>vhost_max</c>, <c>default_limits</c> and <c>default_policies</c>.</summary>
public sealed class VirtualHostOptions
{
    /// <summary>Virtual hosts allowed; null is no limit.</summary>
    public long? Limit { get; set; }

    /// <summary>The type of queues that name none, <c>classic</c> or <c>quorum</c>; null adds no type to their arguments.</summary>
    public string? DefaultQueueType { get; set; }

    /// <summary>Limits for new ones; of several that match the first counts.</summary>
    public IReadOnlyList<DefaultLimits> Limits { get; set; } = [];

    /// <summary>Operator policies for new ones; all that match are made.</summary>
    public IReadOnlyList<DefaultOperatorPolicy> OperatorPolicies { get; set; } = [];
}

/// <summary>Limits of a new virtual host whose name matches.</summary>
public sealed class DefaultLimits
{
    /// <summary>Names of virtual hosts, as a regular expression.</summary>
    public string Pattern { get; set; } = ".*";

    /// <summary>Connections; null is no limit.</summary>
    public long? MaxConnections { get; set; }

    /// <summary>Queues; null is no limit.</summary>
    public long? MaxQueues { get; set; }
}

/// <summary>An operator policy of a new virtual host whose name matches.</summary>
/// <param name="name">The policy's name.</param>
public sealed class DefaultOperatorPolicy(string name)
{
    public string Name => name;

    /// <summary>Names of virtual hosts, as a regular expression.</summary>
    public string VirtualHostPattern { get; set; } = ".*";

    /// <summary>Names of queues, as a regular expression.</summary>
    public string QueuePattern { get; set; } = ".*";

    /// <summary>What the policy applies to, in its own words.</summary>
    public string ApplyTo { get; set; } = "queues";

    /// <summary>Keys of the policy and their numbers.</summary>
    public SortedDictionary<string, long> Definition { get; } = new(StringComparer.Ordinal);
}
