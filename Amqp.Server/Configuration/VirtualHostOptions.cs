namespace Amqp.Server.Configuration;

/// <summary>Limit for the number of virtual hosts, and limits and policies of new virtual hosts.</summary>
/// <remarks>RabbitMQ's settings <c>vhost_max</c>, <c>default_limits</c> and <c>default_policies</c>.</remarks>
public sealed class VirtualHostOptions
{
    /// <summary>Limit for the number of virtual hosts; null is no limit.</summary>
    public long? Limit { get; set; }

    /// <summary>Type of a queue that is declared without a type: <c>classic</c> or <c>quorum</c>; null: no type is set.</summary>
    public string? DefaultQueueType { get; set; }

    /// <summary>Limits for new virtual hosts. If several match a name, the first applies.</summary>
    public IReadOnlyList<DefaultLimits> Limits { get; set; } = [];

    /// <summary>Operator policies for new virtual hosts. All policies that match a name are created.</summary>
    public IReadOnlyList<DefaultOperatorPolicy> OperatorPolicies { get; set; } = [];
}

/// <summary>Limits of new virtual hosts whose name matches <see cref="Pattern"/>.</summary>
public sealed class DefaultLimits
{
    /// <summary>Regular expression that matches names of virtual hosts.</summary>
    public string Pattern { get; set; } = ".*";

    /// <summary>Limit for the number of connections; null is no limit.</summary>
    public long? MaxConnections { get; set; }

    /// <summary>Limit for the number of queues; null is no limit.</summary>
    public long? MaxQueues { get; set; }
}

/// <summary>Operator policy of new virtual hosts whose name matches <see cref="VirtualHostPattern"/>.</summary>
/// <param name="name">Name of the policy.</param>
public sealed class DefaultOperatorPolicy(string name)
{
    public string Name => name;

    /// <summary>Regular expression that matches names of virtual hosts.</summary>
    public string VirtualHostPattern { get; set; } = ".*";

    /// <summary>Regular expression that matches names of queues.</summary>
    public string QueuePattern { get; set; } = ".*";

    /// <summary>Kind of objects that the policy applies to, as in the policy's <c>apply-to</c>.</summary>
    public string ApplyTo { get; set; } = "queues";

    /// <summary>Keys of the policy and their values.</summary>
    public SortedDictionary<string, long> Definition { get; } = new(StringComparer.Ordinal);
}
