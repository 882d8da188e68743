using Amqp.Server.Broker.Queues;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Routing;

/// <summary>A router that keeps messages in the message store, as a queue does.</summary>
/// <remarks>
/// The caller of <see cref="Open"/>, <see cref="OnBound"/> and <see cref="Close"/> holds the topology lock exclusively. While the broker
/// starts, <see cref="Open"/> is called without the lock.
/// </remarks>
internal interface IMessageKeeper
{
    /// <summary>Identifies the router's durable queue in the store; 0 if the messages do not survive a restart.</summary>
    uint DurableNumber => 0;

    /// <summary>Number of messages that the router stores until they are due.</summary>
    long WaitingCount => 0;

    /// <summary>Opens the router's queues in the store. Called once, before other threads can find the exchange.</summary>
    /// <param name="exchange">The exchange of the router.</param>
    /// <param name="routing">Exchanges and bindings of the virtual host.</param>
    /// <param name="host">Services of the virtual host.</param>
    /// <param name="openQueue">
    /// Opens a queue in the store. The argument is true for a durable queue. An exchange has at most one durable queue.
    /// </param>
    void Open(Exchange exchange, RoutingTable routing, QueueHost host, Func<bool, StoredQueue> openQueue);

    /// <summary>Starts to publish stored messages. Called after the start of the broker. Not called for exchanges declared later.</summary>
    void Start()
    {
    }

    /// <summary>Called after a binding was added. May add stored messages to the queues of the binding's destination.</summary>
    void OnBound(Binding binding, DispatchRound round)
    {
    }

    /// <summary>Deletes the messages that the router keeps, because the exchange is deleted.</summary>
    void Close();

    /// <summary>Stops the router's work. Once the task completes, the router reads and stores no more messages.</summary>
    Task StopAsync() => Task.CompletedTask;
}
