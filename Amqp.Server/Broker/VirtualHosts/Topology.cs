using Amqp.Protocol;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>Changes to a virtual host: declare, delete, bind and unbind, with RabbitMQ's rules about each.</summary>
/// <remarks>Every change is made under the virtual host's topology lock, held exclusively, and is in the definitions when the call returns.</remarks>
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

    /// <summary>Bytes that its queues, exchanges and bindings take, their messages, names and arguments aside. Any thread may ask.</summary>
    public long MemoryInUse =>
        (long)ObjectSize.Queue * _state.Queues.Count + (long)ObjectSize.Exchange * _state.Routing.Count + (long)ObjectSize.Binding * _state.Bindings.Count;

    /// <summary>True once <see cref="DeleteEverything"/> was called.</summary>
    public bool IsDeleted => _state.IsDeleted;

    /// <summary>The bindings there are, but for those to the default exchange.</summary>
    public IReadOnlyList<Binding> Bindings() => _bindings.All;

    /// <summary>Declares an exchange, or finds that it is there already as asked for.</summary>
    /// <exception cref="BrokerException">403: reserved name. 406: there, but different; or bad arguments. 503: no such type.</exception>
    public Exchange DeclareExchange(string name, string type, ExchangeFlags flags, FieldTable arguments) => _exchanges.Declare(name, type, flags, arguments);

    /// <summary>Deletes an exchange with its bindings. One that is not there is no error.</summary>
    /// <exception cref="BrokerException">403: a predeclared one. 406: in use.</exception>
    public void DeleteExchange(string name, bool ifUnused) => _exchanges.Delete(name, ifUnused);

    /// <summary>Declares a queue, or finds that it is there already as asked for.</summary>
    /// <param name="name">Not empty: who asks for a server-named queue passes <see cref="ReservedNames.NewQueueName"/>.</param>
    /// <param name="isServerNamed">The name is the broker's own choice, so its reserved prefix is right.</param>
    /// <param name="flags">What it shall be.</param>
    /// <param name="arguments">The x-arguments.</param>
    /// <param name="connection">Who asks, and the owner of an exclusive queue.</param>
    /// <exception cref="BrokerException">403: reserved name. 405: another connection's. 406: there, but different; or bad arguments.</exception>
    public Queue DeclareQueue(string name, bool isServerNamed, QueueFlags flags, FieldTable arguments, object connection) =>
        _queues.Declare(name, isServerNamed, flags, arguments, connection);

    /// <summary>Declares a queue as it was exported: whatever its name, however many there are, and without a type that the definition does not give it.</summary>
    /// <exception cref="BrokerException">406: there, but different; or bad arguments.</exception>
    public void ImportQueue(string name, QueueFlags flags, FieldTable arguments) => _queues.Import(name, flags, arguments);

    /// <summary>Deletes a queue with its bindings and its messages. Its consumers are for the caller to tell.</summary>
    /// <exception cref="BrokerException">406: in use or not empty, when that was a condition.</exception>
    public DeletedQueue DeleteQueue(Queue queue, bool ifUnused, bool ifEmpty) => _queues.Delete(queue, ifUnused, ifEmpty);

    /// <summary>Deletes a queue that has lost its reason to be: its connection or its last consumer.</summary>
    public void DeleteAbandoned(Queue queue, DispatchRound round) => DeleteQueue(queue, ifUnused: false, ifEmpty: false).NotifyConsumers(round);

    /// <summary>Binds a queue or an exchange to an exchange; a binding that is there already stays as it is.</summary>
    /// <param name="source">The exchange that messages come from.</param>
    /// <param name="destination">Where they go.</param>
    /// <param name="routingKey">The binding key.</param>
    /// <param name="arguments">The binding's.</param>
    /// <param name="round">The caller's, to be completed by it: some exchanges publish to whoever is bound to them.</param>
    /// <exception cref="BrokerException">403: the default exchange. 404: an end is not there. 406: bad arguments.</exception>
    public void Bind(string source, IBindingDestination destination, string routingKey, FieldTable arguments, DispatchRound round) =>
        _bindings.Bind(source, destination, routingKey, arguments, round);

    /// <summary>Whether there is such a binding.</summary>
    public bool IsBound(string source, IBindingDestination destination, string routingKey, FieldTable arguments) =>
        _bindings.IsBound(source, destination, routingKey, arguments);

    /// <summary>Removes a binding; one that is not there, or has an end that is not, is no error.</summary>
    /// <exception cref="BrokerException">403: the default exchange.</exception>
    public void Unbind(string source, IBindingDestination destination, string routingKey, FieldTable arguments) =>
        _bindings.Unbind(source, destination, routingKey, arguments);

    /// <summary>Changes the virtual host's policies, and lets every exchange and queue have what they now say. A queue of which they say what they said is not disturbed.</summary>
    /// <param name="change">Puts the new policies in place.</param>
    /// <param name="effective">What they say of an exchange or a queue, as far as that was found out before: patterns take their time.</param>
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

    /// <summary>Deletes every queue and every exchange, and takes no more. The queues' consumers are for the caller to tell.</summary>
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

    /// <summary>Puts back what the definitions hold, before anyone connects.</summary>
    /// <exception cref="InvalidDataException">A definition cannot be understood.</exception>
    public void Restore(StoredTopology stored) => new TopologyRestore(_state, _queues, _bindings).Run(stored);
}
