using Amqp.Protocol;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>Declares and deletes queues, by RabbitMQ's rules.</summary>
internal sealed class QueueChanges(TopologyState state, TopologyRemoval removal) : IQueueRegistry
{
    private readonly BrokerStatistics _statistics = state.Services.Statistics;

    /// <inheritdoc cref="Topology.DeclareQueue"/>
    public Queue Declare(string name, bool isServerNamed, QueueFlags flags, FieldTable arguments, object connection)
    {
        // Checked before the queue is looked up: declaring a reserved name is an error even if a queue with this name exists.
        if (!isServerNamed)
            ReservedNames.DemandNotReserved("queue", name);
        QueueEquivalence.DemandPossible(name, isServerNamed, flags, arguments, state.Name);
        return Declare(name, flags, arguments, connection, isServerNamed ? null : state.VirtualHost.DefaultQueueType, isLimited: true);
    }

    /// <inheritdoc cref="Topology.ImportQueue"/>
    public void Import(string name, QueueFlags flags, FieldTable arguments)
    {
        QueueEquivalence.DemandPossible(name, isServerNamed: false, flags, arguments, state.Name);
        Declare(name, flags, arguments, this, defaultType: null, isLimited: false);
    }

    /// <inheritdoc cref="Topology.DeleteQueue"/>
    public DeletedQueue Delete(Queue queue, bool ifUnused, bool ifEmpty)
    {
        using var held = state.Lock.Change();
        var deleted = queue.Delete(ifUnused, ifEmpty);
        if (state.Queues.TryRemove(new KeyValuePair<string, Queue>(queue.Name, queue)))
            removal.Forget(queue);
        return deleted;
    }

    /// <inheritdoc/>
    public void DeleteUnused(Queue queue)
    {
        using var held = state.Lock.Change();
        if (queue.TryDeleteUnused() && state.Queues.TryRemove(new KeyValuePair<string, Queue>(queue.Name, queue)))
            removal.Forget(queue);
    }

    /// <summary>Creates a queue that is not visible yet.</summary>
    /// <param name="number">Identifies the queue's first level in the message store. Further levels have the next numbers.</param>
    /// <param name="declaration">Name, flags and arguments.</param>
    /// <param name="isKept">True if the queue survives a restart.</param>
    public Queue Make(uint number, QueueDeclaration declaration, bool isKept)
    {
        var levels = new StoredQueue[declaration.Arguments.LevelsOf(declaration.Flags)];
        for (uint level = 0; level < levels.Length; level++)
            levels[level] = state.Services.Store.OpenQueue(number + level, isKept);
        var keys = (declaration.Flags & QueueFlags.Keys) == 0
            ? null
            : state.Services.Store.OpenQueue(number + (uint)levels.Length, isKept);
        return new Queue(declaration, levels, state.VirtualHost.Host, this, keys);
    }

    /// <summary>Applies the policies to a queue that is not visible yet.</summary>
    public void ApplyPolicies(Queue queue)
    {
        var policy = state.VirtualHost.Policies.Effective(queue);
        if (!ReferenceEquals(policy, EffectivePolicy.None))
            queue.Apply(policy, new DispatchRound());
    }

    private Queue Declare(string name, QueueFlags flags, FieldTable arguments, object connection, string? defaultType, bool isLimited)
    {
        // An exclusive queue is deleted with its connection, so it is never durable.
        if ((flags & QueueFlags.Exclusive) != 0)
            flags &= ~QueueFlags.Durable;
        using (state.Lock.Share())
        {
            if (FindDeclared(name, flags, arguments, connection) is { } found)
                return found;
        }
        state.VirtualHost.Policies.TryPatterns(name);
        using var held = state.Lock.Hold();
        if (FindDeclared(name, flags, arguments, connection) is { } existing)
            return existing;
        if (isLimited)
            DemandRoom(name);
        arguments = QueueEquivalence.WithDefaultType(arguments, flags, defaultType);
        var parsed = QueueArguments.Parse(arguments, name, state.Name);
        bool isExclusive = (flags & QueueFlags.Exclusive) != 0;
        bool isKept = (flags & QueueFlags.Durable) != 0;
        if (parsed.HasReturns)
            flags |= QueueFlags.Returns;
        if (isKept && parsed.HasKeys)
            flags |= QueueFlags.Keys;
        uint number = state.Store.NewQueueNumbers(isKept, parsed.NumbersOf(flags));
        var queue = Make(number, new QueueDeclaration(name, flags, parsed, isExclusive ? connection : null), isKept);
        if (isKept)
            SaveOrDelete(queue);
        ApplyPolicies(queue);
        state.Queues[name] = queue;
        state.Lock.ForgetMisses();
        _statistics.Note(Churn.QueueDeclared);
        _statistics.Note(Churn.QueueCreated);
        state.VirtualHost.Events.QueueCreated(queue);
        state.Watch.NoteQueue(state.Name, name);
        return queue;
    }

    /// <summary>
    /// Returns the existing queue, or null if there is none. Throws if the queue's properties differ. The caller holds the topology lock.
    /// </summary>
    private Queue? FindDeclared(string name, QueueFlags flags, FieldTable arguments, object connection)
    {
        state.DemandNotDeleted();
        if (!state.Queues.TryGetValue(name, out var existing))
            return null;
        existing.Faults.DemandRunning();
        QueueEquivalence.Demand(existing, flags, arguments, connection, state.VirtualHost.DefaultQueueType);
        existing.Use.Renew();
        _statistics.Note(Churn.QueueDeclared);
        return existing;
    }

    /// <exception cref="BrokerException">406: the limit on queues is reached.</exception>
    private void DemandRoom(string queue)
    {
        if (state.VirtualHost.Limits.MaxQueues is { } limit && state.Queues.Count >= limit)
            throw new BrokerException(
                BrokerError.Precondition, $"cannot declare queue '{queue}': queue limit in vhost '{state.Name}' ({limit}) is reached");
        state.Rules.DemandRoom(queue);
    }

    /// <summary>Saves a durable queue's definition. If saving fails, deletes the queue from the message store.</summary>
    private void SaveOrDelete(Queue queue)
    {
        try
        {
            state.Store.Save(state.Name, queue);
        }
        catch
        {
            queue.Messages.Delete();
            throw;
        }
    }
}
