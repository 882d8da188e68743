namespace Amqp.Server.Configuration;

/// <summary>What the broker calls itself.</summary>
public sealed class IdentityOptions
{
    /// <summary>What the broker calls itself in connection.start.</summary>
    public string ProductName { get; set; } = "AmqpBroker";

    /// <summary>The version it names there, as n.n.n: clients parse it.</summary>
    public string ProductVersion { get; set; } = BrokerOptions.OwnVersion;

    /// <summary>The cluster's name in connection.start and in the HTTP API.</summary>
    public string ClusterName { get; set; } = $"rabbit@{Environment.MachineName}";
}
