using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>Binds and unbinds queues and exchanges.</summary>
internal sealed class BindingChanges(TopologyState state, TopologyRemoval removal)
{
    /// <summary>All bindings except those of the default exchange.</summary>
    public IReadOnlyList<Binding> All
    {
        get
        {
            using var held = state.Lock.Share();
            return [.. state.Bindings.All];
        }
    }

    /// <inheritdoc cref="Topology.BindingsOf"/>
    public IReadOnlyList<Binding> Of(Exchange source)
    {
        using var held = state.Lock.Share();
        return [.. source.Bindings];
    }

    /// <inheritdoc cref="Topology.BindingsTo"/>
    public IReadOnlyList<Binding> To(IBindingDestination destination)
    {
        using var held = state.Lock.Share();
        return [.. state.Bindings.Of(destination)];
    }

    /// <inheritdoc cref="Topology.Bind"/>
    public void Bind(string source, IBindingDestination destination, string routingKey, FieldTable arguments, DispatchRound round)
    {
        ReservedNames.DemandNotDefault(source);
        using (state.Lock.Share())
        {
            if (FindUnbound(source, destination, routingKey, arguments) is null)
                return;
        }
        using var held = state.Lock.Hold();
        if (FindUnbound(source, destination, routingKey, arguments) is not { } binding)
            return;
        var exchange = binding.Source;
        state.Store.Save(state.Name, binding);
        Add(binding);
        state.Lock.ForgetRoutes();
        state.VirtualHost.Events.BindingCreated(binding, state.Name);
        exchange.Keeper?.OnBound(binding, round);
    }

    /// <inheritdoc cref="Topology.IsBound"/>
    public bool IsBound(string source, IBindingDestination destination, string routingKey, FieldTable arguments)
    {
        using var held = state.Lock.Share();
        return state.Routing.Find(source) is { } exchange
            && exchange.Bindings.Contains(new Binding(exchange, destination, routingKey, arguments));
    }

    /// <inheritdoc cref="Topology.Unbind"/>
    public void Unbind(string source, IBindingDestination destination, string routingKey, FieldTable arguments)
    {
        ReservedNames.DemandNotDefault(source);
        if (!IsBound(source, destination, routingKey, arguments))
            return;
        using var held = state.Lock.Change();
        if (state.Routing.Find(source) is not { } exchange)
            return;
        if (!exchange.Remove(new Binding(exchange, destination, routingKey, arguments), out var binding))
            return;
        removal.Forget(binding);
        removal.RemoveIfAbandoned(exchange);
    }

    /// <summary>
    /// Adds a binding that does not exist yet. The caller holds the topology lock exclusively. The lock is not needed before clients can
    /// connect.
    /// </summary>
    public void Add(Binding binding)
    {
        binding.Source.Add(binding);
        state.Bindings.Add(binding);
    }

    /// <summary>
    /// Returns a new binding; null if the exchange has an equal binding. The caller holds the topology lock, shared or exclusively.
    /// </summary>
    private Binding? FindUnbound(string source, IBindingDestination destination, string routingKey, FieldTable arguments)
    {
        state.DemandNotDeleted();
        var exchange = state.VirtualHost.GetExchange(source);
        DemandExists(destination);
        var binding = new Binding(exchange, destination, routingKey, arguments);
        return exchange.Accepts(binding) ? binding : null;
    }

    private void DemandExists(IBindingDestination destination)
    {
        // The destination was found before the lock was taken, so it may have been deleted since.
        if (destination is Queue queue && !ReferenceEquals(state.Queues.GetValueOrDefault(queue.Name), queue))
            throw NameErrors.NoQueue(queue.Name, state.Name);
        if (destination is Exchange exchange && !ReferenceEquals(state.Routing.Find(exchange.Name), exchange))
            throw NameErrors.NoExchange(exchange.Name, state.Name);
    }
}
