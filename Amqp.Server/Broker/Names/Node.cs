namespace Amqp.Server.Broker.Names;

/// <summary>This broker as a node of RabbitMQ: the only node, with a name in RabbitMQ's form.</summary>
internal static class Node
{
    public static string Name { get; } = $"rabbit@{Environment.MachineName}";
}
