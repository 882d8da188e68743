namespace Amqp.Server.Configuration;

/// <summary>The names and the version that the broker reports to clients.</summary>
public sealed class IdentityOptions
{
    /// <summary>Product name in connection.start.</summary>
    public string ProductName { get; set; } = "AmqpBroker";

    /// <summary>Version in connection.start. Must have the form n.n.n, because some clients parse the version.</summary>
    public string ProductVersion { get; set; } = BrokerOptions.OwnVersion;

    /// <summary>Name of the cluster in connection.start and in the HTTP API.</summary>
    public string ClusterName { get; set; } = $"rabbit@{Environment.MachineName}";
}
