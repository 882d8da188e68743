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
/// <remarks>
/// Every change holds the virtual host's topology lock exclusively, and is saved in the definitions when the call returns.
/// </remarks>
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
    /// Bytes of memory of the queues, exchanges and bindings, without messages, names and arguments. Readable from any thread.
    /// </summary>
    public long MemoryInUse =>
        (long)ObjectSize.Queue * _state.Queues.Count
            + (long)ObjectSize.Exchange * _state.Routing.Count
            + (long)ObjectSize.Binding * _state.Bindings.Count;

    public bool IsDeleted => _state.IsDeleted;

    /// <summary>Returns all bindings except those of the default exchange.</summary>
    public IReadOnlyList<Binding> Bindings() => _bindings.All;

    /// <summary>Declares an exchange, or returns an existing one with the same properties.</summary>
    /// <exception cref="BrokerException">
    /// 403: reserved name. 406: the existing exchange has other properties, or the arguments are invalid. 503: no such type.
    /// </exception>
    public Exchange DeclareExchange(string name, string type, ExchangeFlags flags, FieldTable arguments) =>
        _exchanges.Declare(name, type, flags, arguments);

    /// <summary>Deletes an exchange with its bindings. A missing exchange is no error.</summary>
    /// <exception cref="BrokerException">403: a predeclared exchange. 406: the exchange is in use.</exception>
    public void DeleteExchange(string name, bool ifUnused) => _exchanges.Delete(name, ifUnused);

    /// <summary>Declares a queue, or returns an existing one with the same properties.</summary>
    /// <param name="name">
    /// The queue's name, never empty. The name of a server-named queue comes from <see cref="ReservedNames.NewQueueName"/>.
    /// </param>
    /// <param name="isServerNamed">True if the broker chose the name, so that its reserved prefix is allowed.</param>
    /// <param name="flags">Durable, exclusive and auto-delete.</param>
    /// <param name="arguments">The x-arguments.</param>
    /// <param name="connection">The connection that declares the queue. An exclusive queue belongs to this connection.</param>
    /// <exception cref="BrokerException">
    /// 403: reserved name. 405: the queue belongs to another connection. 406: the existing queue has other properties, or the arguments are
    /// invalid.
    /// </exception>
    public Queue DeclareQueue(string name, bool isServerNamed, QueueFlags flags, FieldTable arguments, object connection) =>
        _queues.Declare(name, isServerNamed, flags, arguments, connection);

    /// <summary>
    /// Declares a queue from an import of definitions: reserved names are allowed, limits are not checked, and the default type is not
    /// applied.
    /// </summary>
    /// <exception cref="BrokerException">406: the existing queue has other properties, or the arguments are invalid.</exception>
    public void ImportQueue(string name, QueueFlags flags, FieldTable arguments) => _queues.Import(name, flags, arguments);

    /// <summary>Deletes a queue with its bindings and messages. The caller notifies the consumers of the returned queue.</summary>
    /// <exception cref="BrokerException">
    /// 406: the queue is in use despite <paramref name="ifUnused"/>, or not empty despite <paramref name="ifEmpty"/>.
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
    /// <param name="round">
    /// Receives the messages that some exchange types publish to a new destination. The caller completes the round.
    /// </param>
    /// <exception cref="BrokerException">403: the default exchange. 404: source or destination is missing. 406: invalid
    /// arguments.</exception>
    public void Bind(string source, IBindingDestination destination, string routingKey, FieldTable arguments, DispatchRound round) =>
        _bindings.Bind(source, destination, routingKey, arguments, round);

    public bool IsBound(string source, IBindingDestination destination, string routingKey, FieldTable arguments) =>
        _bindings.IsBound(source, destination, routingKey, arguments);

    /// <summary>Removes a binding. A missing binding, source or destination is no error.</summary>
    /// <exception cref="BrokerException">403: the default exchange.</exception>
    public void Unbind(string source, IBindingDestination destination, string routingKey, FieldTable arguments) =>
        _bindings.Unbind(source, destination, routingKey, arguments);

    /// <summary>
    /// Changes the virtual host's policies. Applies the policies to every exchange, and to every queue whose effective policy changes.
    /// </summary>
    /// <param name="change">Saves and replaces the policies. Called under the lock.</param>
    /// <param name="effective">
    /// Effective policies by exchange or queue, computed in advance because patterns are slow. For a queue or an exchange that is missing
    /// here, the policy is computed under the lock.
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
        }
        round.Complete();
    }

    /// <summary>
    /// Deletes every queue and every exchange; later declarations are rejected. The caller notifies the consumers of the returned queues.
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
