using Amqp.Server.Broker.Queues;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Routing;

/// <summary>What a router does that keeps messages of its own: they lie in the message store, in a place like a queue's.</summary>
/// <remarks>Called under the virtual host's topology lock, held exclusively, except for <see cref="StopAsync"/>.</remarks>
internal interface IMessageKeeper
{
    /// <summary>The number of its place in the store, when it outlives a restart; else 0.</summary>
    uint DurableNumber => 0;

    /// <summary>Messages that wait here until they are due.</summary>
    long WaitingCount => 0;

    /// <summary>Gets its places in the store: once, before the exchange can be seen.</summary>
    /// <param name="exchange">Whose router it is.</param>
    /// <param name="routing">The exchanges of its virtual host.</param>
    /// <param name="host">What the virtual host gives it to work with.</param>
    /// <param name="openQueue">Opens a place, durable or not; at most one durable one for each exchange.</param>
    void Open(Exchange exchange, RoutingTable routing, QueueHost host, Func<bool, StoredQueue> openQueue);

    /// <summary>All exchanges, queues and bindings are back after a start, or the exchange is new.</summary>
    void Start()
    {
    }

    /// <summary>A binding is new. What is published to the queues for its sake, they have when this returns.</summary>
    void OnBound(Binding binding, DispatchRound round)
    {
    }

    /// <summary>The exchange is gone, and the messages with it.</summary>
    void Close();

    /// <summary>The broker stops: nothing is read or appended when this has completed.</summary>
    Task StopAsync() => Task.CompletedTask;
}
