using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Exchanges;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>Declares and deletes exchanges, by RabbitMQ's rules.</summary>
internal sealed class ExchangeChanges(TopologyState state, TopologyRemoval removal)
{
    /// <inheritdoc cref="Topology.DeclareExchange"/>
    public Exchange Declare(string name, string type, ExchangeFlags flags, FieldTable arguments)
    {
        ReservedNames.DemandNotDefault(name);
        Routers.DemandType(type);
        using (state.Lock.Share()) // many programs redeclare existing exchanges; a redeclaration must not block routing
        {
            if (FindDeclared(name, type, flags, arguments) is { } found)
                return found;
        }
        state.VirtualHost.Policies.TryPatterns(name);
        using var held = state.Lock.Hold();
        if (FindDeclared(name, type, flags, arguments) is { } existing)
            return existing;
        ReservedNames.DemandNotReserved("exchange", name);
        state.Rules.DemandRoomForExchange(name);
        var exchange = DeclaredExchange.Make(new ExchangeDeclaration(name, state.Name, type, arguments), flags);
        new ExchangeStorage(state).Open(exchange);
        exchange.Apply(state.VirtualHost.Policies.Effective(exchange));
        SaveOrClose(exchange); // saved first, because an exchange that cannot be saved must not become visible
        state.Routing.Add(exchange);
        state.Lock.ForgetMisses();
        state.VirtualHost.Events.ExchangeCreated(exchange, state.Name);
        state.Watch.NoteExchange(state.Name, name);
        return exchange;
    }

    /// <inheritdoc cref="Topology.DeleteExchange"/>
    public void Delete(string name, bool ifUnused)
    {
        ReservedNames.DemandDeletable(name, state.Name);
        if (state.Routing.Find(name) is null)
            return;
        using var held = state.Lock.Change();
        if (state.Routing.Find(name) is not { } exchange)
            return;
        if (ifUnused && exchange.Bindings.Count > 0)
            throw new BrokerException(BrokerError.Precondition, $"exchange '{name}' in vhost '{state.Name}' in use");
        removal.Remove(exchange);
    }

    /// <summary>
    /// Returns the existing exchange, or null. Throws if the exchange has other properties. The caller holds the topology lock.
    /// </summary>
    private Exchange? FindDeclared(string name, string type, ExchangeFlags flags, FieldTable arguments)
    {
        state.DemandNotDeleted();
        if (state.Routing.Find(name) is not { } existing)
            return null;
        ExchangeEquivalence.Demand(existing, type, flags, arguments, state.Name);
        return existing;
    }

    /// <summary>Saves a durable exchange's definition. If saving fails, deletes the messages that the exchange keeps.</summary>
    private void SaveOrClose(Exchange exchange)
    {
        try
        {
            state.Store.Save(state.Name, exchange);
        }
        catch
        {
            ExchangeStorage.Close(exchange);
            throw;
        }
    }
}
