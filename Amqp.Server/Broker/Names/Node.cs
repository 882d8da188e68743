namespace Amqp.Server.Broker.Names;

/// <summary>The name of this broker in RabbitMQ's form. The broker is the only node of its cluster.</summary>
internal static class Node
{
    public static string Name { get; } = $"rabbit@{Environment.MachineName}";
}
