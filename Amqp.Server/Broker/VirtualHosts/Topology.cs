using Amqp.Protocol;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>Changes the topology of a virtual host: declare, delete, bind and unbind, by RabbitMQ's rules.</summary>
/// <remarks>A change holds the topology lock exclusively, and is saved when the call returns.</remarks>
internal sealed class Topology
{
    private readonly TopologyState _state;
    private readonly TopologyRemoval _removal;
    private readonly ExchangeChanges _exchanges;
    private readonly QueueChanges _queues;
    private readonly BindingChanges _bindings;

    public Topology(TopologyState state)
    {
        _state = state;
        _removal = new TopologyRemoval(state);
        _exchanges = new ExchangeChanges(state, _removal);
        _queues = new QueueChanges(state, _removal);
        _bindings = new BindingChanges(state, _removal);
    }

    /// <summary>
    /// Bytes of memory that queues, exchanges and bindings use. Does not count messages, names and arguments. Readable by any thread.
    /// </summary>
    public long MemoryInUse =>
        (long)ObjectSize.Queue * _state.Queues.Count
            + (long)ObjectSize.Exchange * _state.Routing.Count
            + (long)ObjectSize.Binding * _state.Bindings.Count;

    public bool IsDeleted => _state.IsDeleted;

    /// <summary>Returns all bindings except those of the default exchange.</summary>
    public IReadOnlyList<Binding> Bindings() => _bindings.All;

    /// <summary>Returns the bindings whose source is an exchange. There are none for the default exchange.</summary>
    public IReadOnlyList<Binding> BindingsOf(Exchange source) => _bindings.Of(source);

    /// <summary>Returns the bindings whose destination is a queue or an exchange, except that of the default exchange.</summary>
    public IReadOnlyList<Binding> BindingsTo(IBindingDestination destination) => _bindings.To(destination);

    /// <summary>Declares an exchange, or returns an existing one with the same properties.</summary>
    /// <exception cref="BrokerException">
    /// 403: reserved name. 406: the exchange has other properties, or invalid arguments. 503: no such type.
    /// </exception>
    public Exchange DeclareExchange(string name, string type, ExchangeFlags flags, FieldTable arguments) =>
        _exchanges.Declare(name, type, flags, arguments);

    /// <summary>Deletes an exchange with its bindings. A missing exchange is no error.</summary>
    /// <exception cref="BrokerException">403: a predeclared exchange. 406: the exchange is in use.</exception>
    public void DeleteExchange(string name, bool ifUnused) => _exchanges.Delete(name, ifUnused);

    /// <summary>Declares a queue, or returns an existing one with the same properties.</summary>
    /// <param name="name">The queue's name, never empty.</param>
    /// <param name="isServerNamed">True if the broker chose the name with <see cref="ReservedNames.NewQueueName"/>.</param>
    /// <param name="flags">Durable, exclusive and auto-delete.</param>
    /// <param name="arguments">The x-arguments.</param>
    /// <param name="connection">The connection that declares the queue. An exclusive queue belongs to this connection.</param>
    /// <exception cref="BrokerException">
    /// 403: reserved name. 404: the queue has crashed. 405: another connection owns the queue. 406: other properties, or invalid arguments.
    /// </exception>
    public Queue DeclareQueue(string name, bool isServerNamed, QueueFlags flags, FieldTable arguments, object connection) =>
        _queues.Declare(name, isServerNamed, flags, arguments, connection);

    /// <summary>Declares a queue from imported definitions: allows reserved names, ignores limits and the default type.</summary>
    /// <exception cref="BrokerException">406: other properties, or invalid arguments.</exception>
    public void ImportQueue(string name, QueueFlags flags, FieldTable arguments) => _queues.Import(name, flags, arguments);

    /// <summary>Deletes a queue with its bindings and messages. The result contains the consumers, which the caller notifies.</summary>
    /// <exception cref="BrokerException">
    /// 406: the queue is in use (<paramref name="ifUnused"/>) or not empty (<paramref name="ifEmpty"/>).
    /// </exception>
    public DeletedQueue DeleteQueue(Queue queue, bool ifUnused, bool ifEmpty) => _queues.Delete(queue, ifUnused, ifEmpty);

    /// <summary>Deletes an exclusive queue whose connection has closed, or an auto-delete queue that has lost its last consumer.</summary>
    public void DeleteAbandoned(Queue queue, DispatchRound round) =>
        DeleteQueue(queue, ifUnused: false, ifEmpty: false).NotifyConsumers(round);

    /// <summary>Binds a queue or an exchange to an exchange. An existing binding is no error.</summary>
    /// <param name="source">The exchange that routes messages.</param>
    /// <param name="destination">The queue or exchange that receives the messages.</param>
    /// <param name="routingKey">The binding's key.</param>
    /// <param name="arguments">The binding's arguments.</param>
    /// <param name="round">Collects messages that the exchange has kept for a new destination. The caller completes the round.</param>
    /// <exception cref="BrokerException">
    /// 403: the default exchange. 404: source or destination is missing. 406: invalid arguments.
    /// </exception>
    public void Bind(string source, IBindingDestination destination, string routingKey, FieldTable arguments, DispatchRound round) =>
        _bindings.Bind(source, destination, routingKey, arguments, round);

    public bool IsBound(string source, IBindingDestination destination, string routingKey, FieldTable arguments) =>
        _bindings.IsBound(source, destination, routingKey, arguments);

    /// <summary>Removes a binding. A missing binding, source or destination is no error.</summary>
    /// <exception cref="BrokerException">403: the default exchange.</exception>
    public void Unbind(string source, IBindingDestination destination, string routingKey, FieldTable arguments) =>
        _bindings.Unbind(source, destination, routingKey, arguments);

    /// <summary>Changes the virtual host's policies. Applies the policies to every exchange and queue.</summary>
    /// <param name="change">Saves and replaces the policies. Called under the lock.</param>
    /// <param name="effective">
    /// The effective policy of each exchange and queue, computed in advance because patterns are slow. If the policy of an object is
    /// missing, it is computed under the lock.
    /// </param>
    public void ChangePolicies(Action change, IReadOnlyDictionary<object, EffectivePolicy> effective)
    {
        var round = new DispatchRound();
        using (_state.Lock.Change())
        {
            change();
            var policies = _state.VirtualHost.Policies;
            foreach (var exchange in _state.Routing.All)
                exchange.Apply(effective.GetValueOrDefault(exchange) ?? policies.Effective(exchange));
            foreach (var (_, queue) in _state.Queues)
            {
                var policy = effective.GetValueOrDefault(queue) ?? policies.Effective(queue);
                if (!policy.SaysTheSameAs(queue.Settings.Policy))
                    queue.Apply(policy, round);
            }
            _state.Watch.NotePolicies(_state.Name);
        }
        round.Complete();
    }

    /// <summary>
    /// Deletes all queues and exchanges, and rejects later declarations. The result contains the consumers, which the caller notifies.
    /// </summary>
    public IReadOnlyList<DeletedQueue> DeleteEverything()
    {
        using var held = _state.Lock.Change();
        _state.MarkDeleted();
        var deleted = new List<DeletedQueue>();
        foreach (var queue in _state.Queues.Values)
        {
            deleted.Add(queue.Delete(ifUnused: false, ifEmpty: false));
            _state.Queues.TryRemove(queue.Name, out _);
            _removal.Forget(queue);
        }
        foreach (var exchange in _state.Routing.All)
            _removal.Remove(exchange);
        return deleted;
    }

    /// <summary>Restores the saved definitions, before any client connects.</summary>
    /// <exception cref="InvalidDataException">A definition is invalid.</exception>
    public void Restore(StoredTopology stored) => new TopologyRestore(_state, _queues, _bindings).Run(stored);
}
