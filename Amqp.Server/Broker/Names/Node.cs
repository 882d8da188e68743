namespace Amqp.Server.Broker.Names;

/// <summary>The one node that there is, in RabbitMQ's words.</summary>
internal static class Node
{
    public static string Name { get; } = $"rabbit@{Environment.MachineName}";
}
