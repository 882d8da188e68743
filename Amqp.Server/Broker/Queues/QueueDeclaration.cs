using Amqp.Server.Broker.Queues.Rules;

namespace Amqp.Server.Broker.Queues;

/// <summary>The properties with which a queue was declared.</summary>
/// <param name="Name">Name of the queue in its virtual host.</param>
/// <param name="Flags">The flags durable, exclusive and auto-delete.</param>
/// <param name="Arguments">The x-arguments of the declaration.</param>
/// <param name="Owner">The connection that has exclusive use of the queue; null if the queue is not exclusive.</param>
internal sealed record QueueDeclaration(string Name, QueueFlags Flags, QueueArguments Arguments, object? Owner)
{
    public bool IsDurable => (Flags & QueueFlags.Durable) != 0;

    public bool IsAutoDelete => (Flags & QueueFlags.AutoDelete) != 0;

    public bool IsExclusive => Owner is not null;
}
