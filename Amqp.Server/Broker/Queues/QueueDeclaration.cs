using Amqp.Server.Broker.Queues.Rules;

namespace Amqp.Server.Broker.Queues;

/// <summary>The properties with which a queue was declared.</summary>
/// <param name="Name">Name of the queue within its virtual host.</param>
/// <param name="Flags">Flags durable, exclusive and auto-delete.</param>
/// <param name="Arguments">The x-arguments.</param>
/// <param name="Owner">The connection that an exclusive queue belongs to; null for any other queue.</param>
internal sealed record QueueDeclaration(string Name, QueueFlags Flags, QueueArguments Arguments, object? Owner)
{
    public bool IsDurable => (Flags & QueueFlags.Durable) != 0;

    public bool IsAutoDelete => (Flags & QueueFlags.AutoDelete) != 0;

    public bool IsExclusive => Owner is not null;
}
