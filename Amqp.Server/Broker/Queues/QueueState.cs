using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Queues;

/// <summary>State that the parts of one queue share.</summary>
/// <remarks>
/// <see cref="Gate"/> is the queue's lock and guards all mutable state. The queue's lock is taken before the gate of a connection and the
/// lock of the store, never after them.
/// </remarks>
internal sealed class QueueState
{
    /// <param name="queue">The queue, which rounds touch.</param>
    /// <param name="declaration">Name, flags and arguments.</param>
    /// <param name="levels">The queue's levels in the store, the lowest first.</param>
    /// <param name="host">The virtual host's services.</param>
    /// <param name="ruled">The methods of the queue that its rules call.</param>
    public QueueState(Queue queue, QueueDeclaration declaration, StoredQueue[] levels, QueueHost host, IRuledQueue ruled)
    {
        (Queue, Declaration, Host, Services) = (queue, declaration, host, host.Services);
        Messages = new QueueMessages(Services.Store, levels, Gate, hasReturns: (declaration.Flags & QueueFlags.Returns) != 0);
        Rules = new QueueRules(ruled, Messages, QueueSettings.Resolve(declaration.Arguments, EffectivePolicy.None), Services);
        Traffic = new QueueTraffic();
        Consumers = new ConsumerRing(Rules.Settings.SingleActiveConsumer);
    }

    public Queue Queue { get; }

    public Lock Gate { get; } = new();

    public QueueDeclaration Declaration { get; }

    public QueueHost Host { get; }

    public QueueServices Services { get; }

    /// <summary>The ready messages.</summary>
    public QueueMessages Messages { get; }

    public QueueRules Rules { get; }

    public QueueTraffic Traffic { get; }

    /// <summary>The consumers. A crash of the queue replaces the ring, because the ring may be inconsistent.</summary>
    public ConsumerRing Consumers { get; set; }

    /// <summary>True once the queue is deleted. Messages that arrive later are settled at once.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>The queue's name in log lines and error texts.</summary>
    public string Place => $"queue '{Declaration.Name}' in vhost '{Host.VirtualHost}'";

    /// <summary>Notes that a message with a per-message expiration becomes ready.</summary>
    public void NoteExpiring() => Rules.ExpectExpiry(isFlowing: Messages.Count == 0 && Consumers.Next(out _) is not null);
}
