using System.Collections.Concurrent;
using Amqp.Protocol;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Events;
using Amqp.Server.Broker.Exchanges;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Storage.Faults;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>Changes to a virtual host: declare, delete, bind and unbind, with RabbitMQ's rules about each.</summary>
/// <remarks>Every change is made under the virtual host's topology lock, held exclusively, and is in the definitions when the call returns.</remarks>
internal sealed class Topology(
    VirtualHost virtualHost,
    ConcurrentDictionary<string, Exchange> exchanges,
    ConcurrentDictionary<string, Queue> queues,
    DefinitionStore definitions,
    TopologyLock topologyLock,
    BrokerStatistics statistics)
{
    private readonly BindingsByDestination _bindings = new();
    private volatile bool _isDeleted;

    /// <summary>Bytes that its queues, exchanges and bindings take, their messages, names and arguments aside. Any thread may ask.</summary>
    public long MemoryInUse =>
        (long)ObjectSize.Queue * virtualHost.QueueCount + (long)ObjectSize.Exchange * virtualHost.ExchangeCount + (long)ObjectSize.Binding * _bindings.Count;

    /// <summary>True once <see cref="DeleteEverything"/> was called.</summary>
    public bool IsDeleted => _isDeleted;

    /// <summary>Declares an exchange, or finds that it is there already as asked for.</summary>
    /// <exception cref="AmqpException">403: reserved name. 406: there, but different; or bad arguments. 503: no such type.</exception>
    public Exchange DeclareExchange(string name, string type, ExchangeFlags flags, FieldTable arguments)
    {
        ReservedNames.DemandNotDefault(name);
        Routers.DemandType(type);
        using (topologyLock.Share()) // programs declare again and again what is there: that keeps nobody waiting
        {
            if (FindDeclared(name, type, flags, arguments) is { } found)
                return found;
        }
        virtualHost.Policies.TryPatterns(name);
        using var held = topologyLock.Hold();
        if (FindDeclared(name, type, flags, arguments) is { } existing)
            return existing;
        ReservedNames.DemandNotReserved("exchange", name);
        virtualHost.DeclareRules.DemandRoomForExchange(name);
        var exchange = Exchange.Make(name, virtualHost.Name, type, flags, arguments);
        exchange.Apply(virtualHost.Policies.Effective(exchange));
        exchange.Keeper?.Open(exchange, virtualHost, isDurable => virtualHost.Store.OpenQueue(definitions.NewQueueNumbers(isDurable, 1), isDurable));
        Keep(exchange); // first: what cannot be kept must not be seen
        exchanges[name] = exchange;
        topologyLock.ForgetMisses();
        virtualHost.Events.ExchangeCreated(exchange, virtualHost.Name);
        return exchange;
    }

    /// <summary>Deletes an exchange with its bindings. One that is not there is no error.</summary>
    /// <exception cref="AmqpException">403: a predeclared one. 406: in use.</exception>
    public void DeleteExchange(string name, bool ifUnused)
    {
        ReservedNames.DemandDeletable(name, virtualHost.Name);
        if (!exchanges.ContainsKey(name))
            return;
        using var held = topologyLock.Change();
        if (!exchanges.TryGetValue(name, out var exchange))
            return;
        if (ifUnused && exchange.Bindings.Count > 0)
            throw new AmqpException(ReplyCode.PreconditionFailed, $"exchange '{name}' in vhost '{virtualHost.Name}' in use");
        RemoveExchange(exchange);
    }

    /// <summary>Declares a queue, or finds that it is there already as asked for.</summary>
    /// <param name="name">Not empty: who asks for a server-named queue passes <see cref="ReservedNames.NewQueueName"/>.</param>
    /// <param name="isServerNamed">The name is the broker's own choice, so its reserved prefix is right.</param>
    /// <param name="flags">What it shall be.</param>
    /// <param name="arguments">The x-arguments.</param>
    /// <param name="connection">Who asks, and the owner of an exclusive queue.</param>
    /// <exception cref="AmqpException">403: reserved name. 405: another connection's. 406: there, but different; or bad arguments.</exception>
    public Queue DeclareQueue(string name, bool isServerNamed, QueueFlags flags, FieldTable arguments, object connection)
    {
        // Even one that is there: a name with this prefix is looked up, never declared.
        if (!isServerNamed)
            ReservedNames.DemandNotReserved("queue", name);
        QueueEquivalence.DemandPossible(name, isServerNamed, flags, arguments, virtualHost.Name);
        return DeclareQueue(name, flags, arguments, connection, isServerNamed ? null : virtualHost.DefaultQueueType, isLimited: true);
    }

    /// <summary>Declares a queue as it was exported: whatever its name, however many there are, and without a type that the definition does not give it.</summary>
    /// <exception cref="AmqpException">406: there, but different; or bad arguments.</exception>
    public void ImportQueue(string name, QueueFlags flags, FieldTable arguments)
    {
        QueueEquivalence.DemandPossible(name, isServerNamed: false, flags, arguments, virtualHost.Name);
        DeclareQueue(name, flags, arguments, this, defaultType: null, isLimited: false);
    }

    private Queue DeclareQueue(string name, QueueFlags flags, FieldTable arguments, object connection, string? defaultType, bool isLimited)
    {
        // An exclusive queue goes with its connection, so it is not durable whatever was asked for.
        if ((flags & QueueFlags.Exclusive) != 0)
            flags &= ~QueueFlags.Durable;
        using (topologyLock.Share())
        {
            if (FindDeclared(name, flags, arguments, connection) is { } found)
                return found;
        }
        virtualHost.Policies.TryPatterns(name);
        using var held = topologyLock.Hold();
        if (FindDeclared(name, flags, arguments, connection) is { } existing)
            return existing;
        if (isLimited)
            virtualHost.DemandRoomForQueue(name);
        arguments = QueueEquivalence.WithDefaultType(arguments, flags, defaultType);
        var parsed = QueueArguments.Parse(arguments, name, virtualHost.Name);
        bool isExclusive = (flags & QueueFlags.Exclusive) != 0;
        bool isKept = (flags & QueueFlags.Durable) != 0;
        if (parsed.HasReturns)
            flags |= QueueFlags.Returns;
        uint number = definitions.NewQueueNumbers(isKept, parsed.LevelsOf(flags));
        var queue = new Queue(name, flags, parsed, isExclusive ? connection : null, virtualHost.Open(number, isKept, flags, parsed), virtualHost);
        if (isKept)
            Keep(queue);
        ApplyPolicies(queue);
        queues[name] = queue;
        topologyLock.ForgetMisses();
        statistics.Note(Churn.QueueDeclared);
        statistics.Note(Churn.QueueCreated);
        virtualHost.Events.QueueCreated(queue);
        return queue;
    }

    /// <summary>Deletes a queue with its bindings and its messages. Its consumers are for the caller to tell.</summary>
    /// <exception cref="AmqpException">406: in use or not empty, when that was a condition.</exception>
    public DeletedQueue DeleteQueue(Queue queue, bool ifUnused, bool ifEmpty)
    {
        using var held = topologyLock.Change();
        var deleted = queue.Delete(ifUnused, ifEmpty);
        if (queues.TryRemove(new KeyValuePair<string, Queue>(queue.Name, queue)))
            Forget(queue);
        return deleted;
    }

    /// <summary>Deletes a queue that nobody has used for as long as it may be unused, if that is still so.</summary>
    public void DeleteUnused(Queue queue)
    {
        using var held = topologyLock.Change();
        if (queue.TryDeleteUnused() && queues.TryRemove(new KeyValuePair<string, Queue>(queue.Name, queue)))
            Forget(queue);
    }

    /// <summary>Binds a queue or an exchange to an exchange; a binding that is there already stays as it is.</summary>
    /// <param name="source">The exchange that messages come from.</param>
    /// <param name="destination">Where they go.</param>
    /// <param name="routingKey">The binding key.</param>
    /// <param name="arguments">The binding's.</param>
    /// <param name="round">The caller's, to be completed by it: some exchanges publish to whoever is bound to them.</param>
    /// <exception cref="AmqpException">403: the default exchange. 404: an end is not there. 406: bad arguments.</exception>
    public void Bind(string source, IBindingDestination destination, string routingKey, FieldTable arguments, DispatchRound round)
    {
        ReservedNames.DemandNotDefault(source);
        using (topologyLock.Share())
        {
            if (FindUnbound(source, destination, routingKey, arguments) is null)
                return;
        }
        using var held = topologyLock.Hold();
        if (FindUnbound(source, destination, routingKey, arguments) is not { } binding)
            return;
        var exchange = binding.Source;
        definitions.Save(virtualHost.Name, binding);
        exchange.Add(binding);
        _bindings.Add(binding);
        topologyLock.ForgetRoutes();
        virtualHost.Events.BindingCreated(binding, virtualHost.Name);
        exchange.Keeper?.OnBound(binding, round);
    }

    /// <summary>Whether there is such a binding.</summary>
    public bool IsBound(string source, IBindingDestination destination, string routingKey, FieldTable arguments)
    {
        using var held = topologyLock.Share();
        return exchanges.TryGetValue(source, out var exchange)
            && exchange.Bindings.Contains(new Binding(exchange, destination, routingKey, arguments));
    }

    /// <summary>Removes a binding; one that is not there, or has an end that is not, is no error.</summary>
    /// <exception cref="AmqpException">403: the default exchange.</exception>
    public void Unbind(string source, IBindingDestination destination, string routingKey, FieldTable arguments)
    {
        ReservedNames.DemandNotDefault(source);
        if (!IsBound(source, destination, routingKey, arguments))
            return;
        using var held = topologyLock.Change();
        if (!exchanges.TryGetValue(source, out var exchange))
            return;
        if (!exchange.Remove(new Binding(exchange, destination, routingKey, arguments), out var binding))
            return;
        Forget(binding);
        RemoveIfAbandoned(exchange);
    }

    /// <summary>Changes the virtual host's policies, and lets every exchange and queue have what they now say. A queue of which they say what they said is not disturbed.</summary>
    /// <param name="change">Puts the new policies in place.</param>
    /// <param name="effective">What they say of an exchange or a queue, as far as that was found out before: patterns take their time.</param>
    public void ChangePolicies(Action change, IReadOnlyDictionary<object, EffectivePolicy> effective)
    {
        var round = new DispatchRound();
        using (topologyLock.Change())
        {
            change();
            foreach (var exchange in virtualHost.Exchanges)
                exchange.Apply(effective.GetValueOrDefault(exchange) ?? virtualHost.Policies.Effective(exchange));
            foreach (var queue in virtualHost.Queues)
            {
                var policy = effective.GetValueOrDefault(queue) ?? virtualHost.Policies.Effective(queue);
                if (!policy.SaysTheSameAs(queue.Policy))
                    queue.Apply(policy, round);
            }
        }
        round.Complete();
    }

    /// <summary>Deletes every queue and every exchange, and takes no more. The queues' consumers are for the caller to tell.</summary>
    public IReadOnlyList<DeletedQueue> DeleteEverything()
    {
        using var held = topologyLock.Change();
        _isDeleted = true;
        var deleted = new List<DeletedQueue>();
        foreach (var queue in queues.Values)
        {
            deleted.Add(queue.Delete(ifUnused: false, ifEmpty: false));
            queues.TryRemove(queue.Name, out _);
            Forget(queue);
        }
        foreach (var exchange in exchanges.Values)
            RemoveExchange(exchange);
        return deleted;
    }

    /// <summary>The bindings there are, but for those to the default exchange.</summary>
    public IReadOnlyList<Binding> Bindings()
    {
        using var held = topologyLock.Share();
        return [.. _bindings.All];
    }

    /// <summary>Puts back what the definitions hold, before anyone connects.</summary>
    public void Restore(IEnumerable<Exchange> storedExchanges, IEnumerable<Queue> storedQueues, Func<IEnumerable<Binding>> storedBindings)
    {
        foreach (var exchange in storedExchanges)
            exchanges[exchange.Name] = exchange;
        foreach (var exchange in virtualHost.Exchanges)
            exchange.Apply(virtualHost.Policies.Effective(exchange));
        foreach (var queue in storedQueues)
        {
            ApplyPolicies(queue);
            queues[queue.Name] = queue;
            if (HasUnusableKey(queue))
                virtualHost.Logger.DeadLetterKeyTooLong(queue.Name, virtualHost.Name);
        }
        foreach (var binding in storedBindings())
        {
            if (!binding.Source.Accepts(binding))
                continue;
            binding.Source.Add(binding);
            _bindings.Add(binding);
        }
        topologyLock.ForgetRoutes();
        foreach (var (_, exchange) in exchanges)
            exchange.Keeper?.Start();
    }

    /// <summary>An exchange that is there as asked for; null when there is none. The lock is held, at least shared.</summary>
    private Exchange? FindDeclared(string name, string type, ExchangeFlags flags, FieldTable arguments)
    {
        DemandNotDeleted();
        if (exchanges.TryGetValue(name, out var existing))
            ExchangeEquivalence.Demand(existing, type, flags, arguments, virtualHost.Name);
        return existing;
    }

    /// <inheritdoc cref="FindDeclared(string, string, ExchangeFlags, FieldTable)"/>
    private Queue? FindDeclared(string name, QueueFlags flags, FieldTable arguments, object connection)
    {
        DemandNotDeleted();
        if (!queues.TryGetValue(name, out var existing))
            return null;
        existing.DemandRunning();
        QueueEquivalence.Demand(existing, flags, arguments, connection, virtualHost);
        existing.RenewLease();
        statistics.Note(Churn.QueueDeclared);
        return existing;
    }

    /// <summary>The binding that would be a new one; null when it is there. The lock is held, at least shared.</summary>
    private Binding? FindUnbound(string source, IBindingDestination destination, string routingKey, FieldTable arguments)
    {
        DemandNotDeleted();
        var exchange = virtualHost.GetExchange(source);
        DemandStillThere(destination);
        var binding = new Binding(exchange, destination, routingKey, arguments);
        return exchange.Accepts(binding) ? binding : null;
    }

    /// <summary>A definition of an earlier version may hold a dead-letter routing key that no message can have.</summary>
    private static bool HasUnusableKey(Queue queue) => queue.Settings.DeadLetterRoutingKey is null
        && (queue.Arguments.Table["x-dead-letter-routing-key"] is not null || queue.Policy.Definition.ContainsKey("dead-letter-routing-key"));

    /// <summary>Saves a durable exchange's definition, or gives its places in the store back.</summary>
    private void Keep(Exchange exchange)
    {
        try
        {
            definitions.Save(virtualHost.Name, exchange);
        }
        catch
        {
            exchange.Keeper?.Close();
            throw;
        }
    }

    /// <summary>For a queue that nobody uses yet, so there is nothing to be done with the round.</summary>
    private void ApplyPolicies(Queue queue)
    {
        var policy = virtualHost.Policies.Effective(queue);
        if (!ReferenceEquals(policy, EffectivePolicy.None))
            queue.Apply(policy, new DispatchRound());
    }

    /// <summary>Saves a durable queue's definition, or gives its place in the store back.</summary>
    private void Keep(Queue queue)
    {
        try
        {
            definitions.Save(virtualHost.Name, queue);
        }
        catch
        {
            queue.Messages.Delete();
            throw;
        }
    }

    /// <summary>A queue that is gone must be gone for its consumers too, so a failing disk is told to the log only.</summary>
    private void Forget(Queue queue)
    {
        statistics.Note(Churn.QueueDeleted);
        try
        {
            using (BrokerEvents.ActAs(BrokerEvents.Nobody)) // nobody asked for this
                RemoveBindingsTo(queue);
            virtualHost.Events.QueueDeleted(queue);
            definitions.Delete(virtualHost.Name, queue);
        }
        catch (StoreFailedException failure)
        {
            virtualHost.Logger.DefinitionKept(queue.Name, virtualHost.Name, failure);
        }
    }

    private void RemoveExchange(Exchange exchange)
    {
        exchanges.TryRemove(exchange.Name, out _);
        exchange.MarkDeleted();
        virtualHost.Events.ExchangeDeleted(exchange, virtualHost.Name);
        foreach (var binding in exchange.Bindings)
            Forget(binding);
        definitions.Delete(virtualHost.Name, exchange);
        exchange.Keeper?.Close();
        RemoveBindingsTo(exchange);
    }

    private void RemoveBindingsTo(IBindingDestination destination)
    {
        foreach (var binding in _bindings.RemoveAll(destination))
        {
            binding.Source.Remove(binding, out _);
            virtualHost.Events.BindingDeleted(binding, virtualHost.Name);
            definitions.Delete(virtualHost.Name, binding);
            RemoveIfAbandoned(binding.Source);
        }
    }

    private void Forget(Binding binding)
    {
        _bindings.Remove(binding);
        virtualHost.Events.BindingDeleted(binding, virtualHost.Name);
        definitions.Delete(virtualHost.Name, binding);
    }

    /// <summary>An auto-delete exchange goes with its last binding.</summary>
    private void RemoveIfAbandoned(Exchange exchange)
    {
        if (exchange.IsAutoDelete && exchange.Bindings.Count == 0 && exchanges.ContainsKey(exchange.Name))
            RemoveExchange(exchange);
    }

    private void DemandNotDeleted()
    {
        if (_isDeleted)
            throw VirtualHost.Deleted(virtualHost.Name);
    }

    private void DemandStillThere(IBindingDestination destination)
    {
        // It was found before the lock was taken.
        if (destination is Queue queue && !ReferenceEquals(queues.GetValueOrDefault(queue.Name), queue))
            throw VirtualHost.NoQueue(queue.Name, virtualHost.Name);
        if (destination is Exchange exchange && !ReferenceEquals(exchanges.GetValueOrDefault(exchange.Name), exchange))
            throw VirtualHost.NoExchange(exchange.Name, virtualHost.Name);
    }
}
