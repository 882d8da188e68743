namespace Amqp.Server.Broker.Names;

/// <summary>The only node, with its name in RabbitMQ's form.</summary>
internal static class Node
{
    public static string Name { get; } = $"rabbit@{Environment.MachineName}";
}
