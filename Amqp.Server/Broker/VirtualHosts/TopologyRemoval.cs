using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Storage.Faults;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>Removes exchanges and queues with their bindings. An auto-delete exchange is removed with its last binding.</summary>
/// <remarks>The caller holds the topology lock exclusively.</remarks>
internal sealed class TopologyRemoval(TopologyState state)
{
    private readonly BrokerStatistics _statistics = state.Services.Statistics;

    private BrokerEvents Events => state.VirtualHost.Events;

    public void Remove(Exchange exchange)
    {
        state.Routing.Remove(exchange);
        exchange.MarkDeleted();
        Events.ExchangeDeleted(exchange, state.Name);
        foreach (var binding in exchange.Bindings)
            Forget(binding);
        state.Store.Delete(state.Name, exchange);
        ExchangeStorage.Close(exchange);
        RemoveBindingsTo(exchange);
        state.Watch.NoteExchange(state.Name, exchange.Name);
    }

    /// <summary>Removes an auto-delete exchange that has lost its last binding.</summary>
    public void RemoveIfAbandoned(Exchange exchange)
    {
        if (exchange.IsAutoDelete && exchange.Bindings.Count == 0 && state.Routing.Find(exchange.Name) is not null)
            Remove(exchange);
    }

    /// <summary>Removes the bindings and the definition of a deleted queue. A disk error is only logged.</summary>
    public void Forget(Queue queue)
    {
        _statistics.Note(Churn.QueueDeleted);
        state.Watch.NoteQueue(state.Name, queue.Name);
        try
        {
            using (BrokerEvents.ActAs(BrokerEvents.Nobody)) // events name no user, because no user asked for the removal of the bindings
                RemoveBindingsTo(queue);
            Events.QueueDeleted(queue);
            state.Store.Delete(state.Name, queue);
        }
        catch (StoreFailedException failure)
        {
            state.Services.Logger.DefinitionKept(queue.Name, state.Name, failure);
        }
    }

    /// <summary>Deletes the definition of a binding that was removed from its exchange.</summary>
    public void Forget(Binding binding)
    {
        state.Bindings.Remove(binding);
        Events.BindingDeleted(binding, state.Name);
        state.Store.Delete(state.Name, binding);
    }

    private void RemoveBindingsTo(IBindingDestination destination)
    {
        foreach (var binding in state.Bindings.RemoveAll(destination))
        {
            binding.Source.Remove(binding, out _);
            Events.BindingDeleted(binding, state.Name);
            state.Store.Delete(state.Name, binding);
            RemoveIfAbandoned(binding.Source);
        }
    }
}
