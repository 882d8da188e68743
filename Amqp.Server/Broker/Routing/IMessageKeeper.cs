using Amqp.Server.Broker.Queues;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Routing;

/// <summary>A router that keeps messages of its own, in the message store, as a queue does.</summary>
/// <remarks>
/// The caller of <see cref="OnBound"/> and <see cref="Close"/> holds the virtual host's topology lock exclusively. The caller of
/// <see cref="Open"/> does so too, unless the broker is starting and no client can connect yet.
/// </remarks>
internal interface IMessageKeeper
{
    /// <summary>The number of the keeper's durable queue in the store; 0 if its messages do not survive a restart.</summary>
    uint DurableNumber => 0;

    /// <summary>Number of messages that are kept until they are due.</summary>
    long WaitingCount => 0;

    /// <summary>Opens the keeper's queues in the store. Called once, before the exchange is visible.</summary>
    /// <param name="exchange">The exchange that the router belongs to.</param>
    /// <param name="routing">The exchanges of the virtual host.</param>
    /// <param name="host">The parts of the virtual host that the keeper works with.</param>
    /// <param name="openQueue">Opens a queue in the store, durable or not; at most one durable queue for each exchange.</param>
    void Open(Exchange exchange, RoutingTable routing, QueueHost host, Func<bool, StoredQueue> openQueue);

    /// <summary>
    /// Starts the keeper's work on messages of the last run. Called once a start of the broker has restored the whole topology, and not for
    /// exchanges that are declared later.
    /// </summary>
    void Start()
    {
    }

    /// <summary>
    /// Called for a new binding. Messages that the keeper publishes to the new destination are in their queues on return.
    /// </summary>
    void OnBound(Binding binding, DispatchRound round)
    {
    }

    /// <summary>Deletes the kept messages, because the exchange is deleted.</summary>
    void Close();

    /// <summary>Stops the keeper's work. No message is read or appended after completion.</summary>
    Task StopAsync() => Task.CompletedTask;
}
