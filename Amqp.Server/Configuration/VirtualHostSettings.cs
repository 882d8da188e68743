using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Settings for limits of the whole broker, and for default limits and policies of new virtual hosts.</summary>
internal static class VirtualHostSettings
{
    private static readonly ValueKind<int> _most = Integer(0, int.MaxValue).Or("infinity", -1);

    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("channel_max_per_node", _most, "infinity",
            "Limit for the number of channels of all connections together. If a client opens a channel above the limit, its connection "
                + "is closed with 530.",
            (target, value) => target.Options.Limits.ChannelMaxPerNode = Limit(value)),
        Setting.Of("cluster_exchange_limit", _most, "infinity",
            "Limit for the number of exchanges in all virtual hosts together, including predeclared exchanges. A declaration above the "
                + "limit is refused with 406.",
            (target, value) => target.Options.Limits.ClusterExchangeLimit = Limit(value)),
        Setting.Of("vhost_max", _most, "infinity",
            "Limit for the number of virtual hosts. A new virtual host above the limit is refused. The default virtual host of a new "
                + "data directory is always created.",
            (target, value) => target.Options.VirtualHosts.Limit = Limit(value)),
        Setting.Of("default_limits.vhosts.$id.pattern", Pattern, ".*",
            "Regular expression for names of virtual hosts. A new virtual host with a matching name gets the limits in "
                + "`default_limits.vhosts.$id`. If the patterns of several `$id` match, the first applies.",
            (target, value, how) => target.DefaultLimits(how.Name).Pattern = value),
        Setting.Of("default_limits.vhosts.$id.max_connections", Integer(1, int.MaxValue), "", "The virtual host's limit `max-connections`.",
            (target, value, how) => target.DefaultLimits(how.Name).MaxConnections = value),
        Setting.Of("default_limits.vhosts.$id.max_queues", Integer(1, int.MaxValue), "", "The virtual host's limit `max-queues`.",
            (target, value, how) => target.DefaultLimits(how.Name).MaxQueues = value),
        Setting.Of("default_policies.operator.$id.vhost_pattern", Pattern, ".*",
            "Regular expression for names of virtual hosts. A new virtual host with a matching name gets this operator policy. `$id` is "
                + "the policy's name.",
            (target, value, how) => target.DefaultOperatorPolicy(how.Name).VirtualHostPattern = value),
        Setting.Of("default_policies.operator.$id.queue_pattern", Pattern, ".*", "The policy's pattern.",
            (target, value, how) => target.DefaultOperatorPolicy(how.Name).QueuePattern = value),
        Setting.Of("default_policies.operator.$id.apply_to",
            OneOf("queues", "classic_queues", "quorum_queues", "streams", "exchanges", "all"), "queues",
            "Kind of objects that the policy applies to.",
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
