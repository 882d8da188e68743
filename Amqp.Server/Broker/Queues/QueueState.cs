using Amqp.Server.Broker.Deduplication;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Queues;

/// <summary>The state of one queue, which all parts of the queue use. The lock <see cref="Gate"/> guards all mutable state.</summary>
/// <remarks>While a thread holds the lock of a connection or of the store, the thread must not take <see cref="Gate"/>.</remarks>
internal sealed class QueueState
{
    private bool _isCrashed;

    /// <param name="queue">The queue to which this state belongs.</param>
    /// <param name="declaration">Name, flags and arguments of the queue.</param>
    /// <param name="levels">Queues of the message store, one for each priority, the lowest priority first.</param>
    /// <param name="host">Services of the virtual host.</param>
    /// <param name="ruled">The same queue, through the interface that <see cref="QueueRules"/> uses.</param>
    /// <param name="keys">Queue of the message store for the keys of messages; null if it needs none.</param>
    public QueueState(
        Queue queue, QueueDeclaration declaration, StoredQueue[] levels, QueueHost host, IRuledQueue ruled, StoredQueue? keys = null)
    {
        (Queue, Declaration, Host, Services) = (queue, declaration, host, host.Services);
        var settings = QueueSettings.Resolve(declaration.Arguments, EffectivePolicy.None);
        // Opened first, because it takes and returns the messages of the last run.
        var window = settings.Deduplication is { } deduplication
            ? DeduplicationWindows.Open(deduplication, Services.Windows, keys, $"{Place}, keys", levels)
            : null;
        Messages = new QueueMessages(Services.Store, levels, Gate, hasReturns: (declaration.Flags & QueueFlags.Returns) != 0)
        {
            Deduplication = window
        };
        Rules = new QueueRules(ruled, Messages, settings, Services);
        Traffic = new QueueTraffic();
        Flow = new QueueFlow(this);
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

    /// <summary>Makes publishers wait for the consumers.</summary>
    public QueueFlow Flow { get; }

    /// <summary>The consumers. A crash of the queue replaces this object, because the old object may be inconsistent.</summary>
    public ConsumerRing Consumers { get; set; }

    /// <summary>Tells followers if the queue wants messages of other brokers; null unless the queue is federated.</summary>
    public QueueDemand? Demand { get; set; }

    /// <summary>True once the queue is deleted. Messages that arrive later are settled at once.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>True if the queue has stopped after an error: see <see cref="QueueFaults"/>. Any thread may read the property.</summary>
    public bool IsCrashed
    {
        get => Volatile.Read(ref _isCrashed);
        set => Volatile.Write(ref _isCrashed, value);
    }

    /// <summary>Name of the queue for log lines and error texts.</summary>
    public string Place => $"queue '{Declaration.Name}' in vhost '{Host.VirtualHost}'";

    /// <summary>Tells the queue's rules that the next added message can expire.</summary>
    public void NoteExpiring() => Rules.ExpectExpiry(isFlowing: Messages.Count == 0 && Consumers.Next(out _) is not null);
}
