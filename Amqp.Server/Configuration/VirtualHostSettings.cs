using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Limits of the whole broker besides those of connections and queues, and what new virtual hosts begin with.</summary>
internal static class VirtualHostSettings
{
    private static readonly ValueKind<int> _most = Integer(0, int.MaxValue).Or("infinity", -1);

    /// <summary>The rows.</summary>
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("channel_max_per_node", _most, "infinity", "Channels of all connections together; opening one more closes its connection with 530.",
            (target, value) => target.Options.Limits.ChannelMaxPerNode = Limit(value)),
        Setting.Of("cluster_exchange_limit", _most, "infinity", "Exchanges in all virtual hosts together, the predeclared ones among them; declaring one more is refused with 406.",
            (target, value) => target.Options.Limits.ClusterExchangeLimit = Limit(value)),
        Setting.Of("vhost_max", _most, "infinity", "Virtual hosts; making one more is refused. That of a new data folder is always made.",
            (target, value) => target.Options.VirtualHosts.Limit = Limit(value)),
        Setting.Of("default_limits.vhosts.$id.pattern", Pattern, ".*", "Every new virtual host whose name matches begins with these limits; of several groups that match the first counts.",
            (target, value, how) => target.DefaultLimits(how.Name).Pattern = value),
        Setting.Of("default_limits.vhosts.$id.max_connections", Integer(1, int.MaxValue), "", "Its limit `max-connections`.",
            (target, value, how) => target.DefaultLimits(how.Name).MaxConnections = value),
        Setting.Of("default_limits.vhosts.$id.max_queues", Integer(1, int.MaxValue), "", "Its limit `max-queues`.",
            (target, value, how) => target.DefaultLimits(how.Name).MaxQueues = value),
        Setting.Of("default_policies.operator.$id.vhost_pattern", Pattern, ".*", "Every new virtual host whose name matches begins with this operator policy, named as the part of the key.",
            (target, value, how) => target.DefaultOperatorPolicy(how.Name).VirtualHostPattern = value),
        Setting.Of("default_policies.operator.$id.queue_pattern", Pattern, ".*", "The policy's pattern.",
            (target, value, how) => target.DefaultOperatorPolicy(how.Name).QueuePattern = value),
        Setting.Of("default_policies.operator.$id.apply_to", OneOf("queues", "classic_queues", "quorum_queues", "streams", "exchanges", "all"), "queues", "What the policy applies to.",
            (target, value, how) => target.DefaultOperatorPolicy(how.Name).ApplyTo = value),
        OfPolicy("delivery_limit", PositiveNumber),
        OfPolicy("expires", Duration),
        OfPolicy("max_length", PositiveNumber),
        OfPolicy("max_length_bytes", PolicySize),
        OfPolicy("message_ttl", Duration),
    ];

    private static Setting OfPolicy(string key, ValueKind<long> kind)
    {
        string name = key.Replace('_', '-');
        return Setting.Of($"default_policies.operator.$id.{key}", kind, "", $"The policy's `{name}`.",
            (target, value, how) => target.DefaultOperatorPolicy(how.Name).Definition[name] = value);
    }

    private static long? Limit(int value) => value < 0 ? null : value;
}
