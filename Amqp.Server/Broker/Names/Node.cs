namespace Amqp.Server.Broker.Names;

/// <summary>This broker as the only node of a cluster, with a name in RabbitMQ's form.</summary>
internal static class Node
{
    public static string Name { get; } = $"rabbit@{Environment.MachineName}";
}
