namespace Amqp.Server.Configuration;

/// <summary>Limit for the number of virtual hosts, and default limits and policies for new virtual hosts.</summary>
/// <remarks>These are RabbitMQ's settings <c>vhost_max</c>, <c>default_limits</c> and <c>default_policies</c>.</remarks>
public sealed class VirtualHostOptions
{
    /// <summary>Limit for the number of virtual hosts; null is no limit.</summary>
    public long? Limit { get; set; }

    /// <summary>Type of queues that are declared without a type: <c>classic</c> or <c>quorum</c>; null to set no type.</summary>
    public string? DefaultQueueType { get; set; }

    /// <summary>Groups of limits for new virtual hosts. The first group whose pattern matches the virtual host's name applies.</summary>
    public IReadOnlyList<DefaultLimits> Limits { get; set; } = [];

    /// <summary>Operator policies for new virtual hosts. Each policy whose pattern matches the virtual host's name is created.</summary>
    public IReadOnlyList<DefaultOperatorPolicy> OperatorPolicies { get; set; } = [];
}

/// <summary>Limits for new virtual hosts whose names match <see cref="Pattern"/>.</summary>
public sealed class DefaultLimits
{
    /// <summary>Regular expression that matches names of virtual hosts.</summary>
    public string Pattern { get; set; } = ".*";

    /// <summary>Limit for the number of connections; null is no limit.</summary>
    public long? MaxConnections { get; set; }

    /// <summary>Limit for the number of queues; null is no limit.</summary>
    public long? MaxQueues { get; set; }
}

/// <summary>An operator policy for new virtual hosts whose names match <see cref="VirtualHostPattern"/>.</summary>
/// <param name="name">Name of the policy.</param>
public sealed class DefaultOperatorPolicy(string name)
{
    public string Name => name;

    /// <summary>Regular expression that matches names of virtual hosts.</summary>
    public string VirtualHostPattern { get; set; } = ".*";

    /// <summary>Regular expression that matches names of queues.</summary>
    public string QueuePattern { get; set; } = ".*";

    /// <summary>Type of objects that the policy applies to: the policy's <c>apply-to</c>.</summary>
    public string ApplyTo { get; set; } = "queues";

    /// <summary>Keys of the policy and their values.</summary>
    public SortedDictionary<string, long> Definition { get; } = new(StringComparer.Ordinal);
}
