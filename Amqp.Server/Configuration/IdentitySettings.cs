using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>What the broker calls itself.</summary>
internal static class IdentitySettings
{
    /// <summary>The rows.</summary>
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("cluster_name", Name, "", "The cluster's name as clients and the HTTP API see it; `rabbit@` and the host's name unless given.",
            (target, value) => target.Options.Identity.ClusterName = value),
        Setting.Of("product_name", Name, "AmqpBroker", "What the broker calls itself to clients.",
            (target, value) => target.Options.Identity.ProductName = value),
        Setting.Of("product_version", ValueKinds.Version, "", "The version it tells them; some clients choose their behaviour by it. The broker's own unless given.",
            (target, value) => target.Options.Identity.ProductVersion = value),
        Setting.Of("product.name", Name, "", "The same as `product_name`, as RabbitMQ writes it.",
            (target, value) => target.Options.Identity.ProductName = value),
        Setting.Of("product.version", ValueKinds.Version, "", "The same as `product_version`.",
            (target, value) => target.Options.Identity.ProductVersion = value)
        .Ignoring(RabbitMqKinds.AnyText, "clients are told three numbers, as some of them parse it"),
    ];
}
