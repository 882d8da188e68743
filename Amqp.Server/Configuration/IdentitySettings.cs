using static Amqp.Server.Configuration.ValueKinds;

namespace Amqp.Server.Configuration;

/// <summary>Settings for the names and the version that the broker reports to clients.</summary>
internal static class IdentitySettings
{
    public static IReadOnlyList<Setting> Rows { get; } =
    [
        Setting.Of("cluster_name", Name, "",
            "Name of the cluster, reported to clients and in the HTTP API. Default: `rabbit@` and the host's name.",
            (target, value) => target.Options.Identity.ClusterName = value),
        Setting.Of("product_name", Name, "AmqpBroker", "Product name, reported to clients.",
            (target, value) => target.Options.Identity.ProductName = value),
        Setting.Of("product_version", ValueKinds.Version, "",
            "Product version, reported to clients. The behaviour of some clients depends on this version. Default: the broker's own "
                + "version.",
            (target, value) => target.Options.Identity.ProductVersion = value),
        Setting.Of("product.name", Name, "", "RabbitMQ's name for `product_name`.",
            (target, value) => target.Options.Identity.ProductName = value),
        Setting.Of("product.version", ValueKinds.Version, "", "RabbitMQ's name for `product_version`.",
            (target, value) => target.Options.Identity.ProductVersion = value)
        .Ignoring(RabbitMqKinds.AnyText, "the version must consist of three numbers, because some clients parse it"),
    ];
}
