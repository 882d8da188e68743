using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Exchanges;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>Restores the topology of a virtual host from its definitions, before any client connects.</summary>
internal sealed class TopologyRestore(TopologyState state, QueueChanges queues, BindingChanges bindings)
{
    private readonly VirtualHost _virtualHost = state.VirtualHost;

    /// <exception cref="InvalidDataException">A definition is invalid.</exception>
    public void Run(StoredTopology stored)
    {
        _virtualHost.Policies.Restore(stored.Policies);
        foreach (var definition in stored.Exchanges)
            state.Routing.Add(NewExchange(definition));
        foreach (var exchange in state.Routing.All)
            exchange.Apply(_virtualHost.Policies.Effective(exchange));
        foreach (var definition in stored.Queues)
            AddQueue(definition);
        foreach (var definition in stored.Bindings)
            if (FindEnds(definition) is { } binding && binding.Source.Accepts(binding))
                bindings.Add(binding);
        state.Lock.ForgetRoutes();
        foreach (var exchange in state.Routing.All)
            exchange.Keeper?.Start();
    }

    private Exchange NewExchange(in StoredDefinition stored)
    {
        var definition = stored.Definition;
        var declared = new ExchangeDeclaration(stored.Names[1], state.Name, definition.Type, definition.Arguments);
        var exchange = new Exchange(declared.Name, declared.Type, NewRouter(declared), (ExchangeFlags)definition.Flags, declared.Arguments);
        new ExchangeStorage(state).Open(exchange, definition.Number);
        return exchange;
    }

    private static IRouter NewRouter(in ExchangeDeclaration declared)
    {
        try
        {
            return Routers.Create(declared);
        }
        catch (BrokerException unknown)
        {
            throw new InvalidDataException($"Exchange '{declared.Name}' cannot be restored: {unknown.Message}", unknown);
        }
    }

    private void AddQueue(in StoredDefinition stored)
    {
        var arguments = QueueArguments.FromStored(stored.Definition.Arguments);
        var declaration = new QueueDeclaration(stored.Names[1], (QueueFlags)stored.Definition.Flags, arguments, Owner: null);
        var queue = queues.Make(stored.Definition.Number, declaration, isKept: true);
        queues.ApplyPolicies(queue);
        state.Queues[queue.Name] = queue;
        if (HasUnusableKey(queue))
            state.Services.Logger.DeadLetterKeyTooLong(queue.Name, state.Name);
    }

    /// <summary>
    /// True if the queue's dead-letter routing key is too long for a message. Old versions of the broker accepted such keys.
    /// </summary>
    private static bool HasUnusableKey(Queue queue) => queue.Settings.DeadLetterRoutingKey is null
        && (queue.Declaration.Arguments.Table["x-dead-letter-routing-key"] is not null
            || queue.Settings.Policy.Definition.ContainsKey("dead-letter-routing-key"));

    /// <summary>Returns a stored binding. Returns null if its source or destination was deleted just before a crash.</summary>
    private Binding? FindEnds(in StoredDefinition stored)
    {
        string[] names = stored.Names;
        IBindingDestination? destination = names[2] == "e" ? state.Routing.Find(names[3]) : state.Queues.GetValueOrDefault(names[3]);
        return state.Routing.Find(names[1]) is { } source && destination is not null
            ? new Binding(source, destination, names[4], stored.Definition.Arguments)
            : null;
    }
}
