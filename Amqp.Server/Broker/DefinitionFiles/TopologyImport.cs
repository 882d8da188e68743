using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Exchanges;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Checks the queues, exchanges and bindings of an import against each other and against existing objects.</summary>
/// <param name="virtualHosts">Existing virtual hosts, without those that the import creates.</param>
/// <param name="plan">Collects the changes of the import.</param>
internal sealed class TopologyImport(VirtualHostTable virtualHosts, ImportPlan plan)
{
    private readonly Dictionary<(string Host, string Name), PlannedQueue> _queues = [];
    // exchanges that the import will declare; the bindings of the import are checked against these exchanges
    private readonly Dictionary<(string Host, string Name), Exchange> _exchanges = [];

    /// <exception cref="DefinitionException">A field is invalid.</exception>
    /// <exception cref="BrokerException">The queue cannot be declared.</exception>
    public void CheckQueue(string host, FieldTable fields)
    {
        string name = fields.Name("name", "queue"), what = $"queue '{name}' in vhost '{host}'";
        var definition = new DefinitionName("queue", host, name);
        var flags = (fields.DemandFlag("durable", what) ? QueueFlags.Durable : 0)
            | (fields.Flag("auto_delete", what) ? QueueFlags.AutoDelete : 0);
        var arguments = fields.Arguments(what);
        if (name.Length == 0)
            throw new DefinitionException($"{what} has no name");
        if (ReservedNames.IsReserved(name))
        {
            plan.Skip(definition, $"{what}: names that begin with 'amq.' are reserved");
            return;
        }
        var existing = virtualHosts.Find(host)?.FindQueue(name);
        Take(definition, what, existing is not null, existing is not null
            ? () => QueueEquivalence.Demand(existing, flags, arguments, this, Demand(host).DefaultQueueType)
            : () =>
            {
                QueueEquivalence.DemandPossible(name, isServerNamed: false, flags, arguments, host);
                QueueArguments.Parse(arguments, name, host);
                _queues.TryAdd((host, name), new PlannedQueue(name, (flags & QueueFlags.Durable) != 0));
            }, () => Demand(host).Topology.ImportQueue(name, flags, arguments));
    }

    /// <exception cref="DefinitionException">A field is invalid.</exception>
    /// <exception cref="BrokerException">The exchange cannot be declared.</exception>
    public void CheckExchange(string host, FieldTable fields)
    {
        string name = fields.Name("name", "exchange"), type = fields.Text("type"), what = $"exchange '{name}' in vhost '{host}'";
        var flags = (fields.DemandFlag("durable", what) ? ExchangeFlags.Durable : 0)
            | (fields.Flag("auto_delete", what) ? ExchangeFlags.AutoDelete : 0)
            | (fields.Flag("internal", what) ? ExchangeFlags.Internal : 0);
        var arguments = fields.Arguments(what);
        var definition = new DefinitionName("exchange", host, name);
        if (name.Length == 0 || ReservedNames.IsReserved(name))
        {
            plan.Skip(definition, $"{what}: this name is reserved for an exchange of the broker");
            return;
        }
        var existing = virtualHosts.Find(host)?.FindExchange(name);
        Take(definition, what, existing is not null, existing is not null
            ? () => ExchangeEquivalence.Demand(existing, type, flags, arguments, host)
            : () => _exchanges.TryAdd((host, name), DeclaredExchange.Make(new ExchangeDeclaration(name, host, type, arguments), flags)),
            () => Demand(host).Topology.DeclareExchange(name, type, flags, arguments));
    }

    /// <exception cref="DefinitionException">A field is invalid.</exception>
    /// <exception cref="BrokerException">The arguments of the binding are invalid for its exchange.</exception>
    public void CheckBinding(string host, FieldTable fields)
    {
        string source = fields.Name("source", "exchange"),
            destination = fields.Text("destination"),
            routingKey = fields.Name("routing_key", "routing_key");
        string what = $"binding from '{source}' to '{destination}' in vhost '{host}'";
        bool isQueue = fields.Text("destination_type") switch
        {
            "queue" => true,
            "exchange" => false,
            var other => throw new DefinitionException($"{what}: destination_type must be queue or exchange, not {other}"),
        };
        var arguments = fields.Arguments(what);
        if (source.Length == 0)
        {
            plan.CountExisting(); // every queue is bound to the default exchange anyway
            return;
        }
        var definition = new DefinitionName("binding", host, $"{source} -> {destination} ({routingKey})");
        IBindingDestination? end = isQueue ? FindQueue(host, destination) : FindExchange(host, destination);
        var exchange = FindExchange(host, source);
        if (end is null || exchange is null)
        {
            string missing = end is null ? destination : source, reason = $"{what}: there is no '{missing}'";
            if (ReservedNames.IsReserved(missing))
                plan.Skip(definition, reason);
            else
                plan.LeaveOut(definition, reason);
            return;
        }
        exchange.Validate(new Binding(exchange, end, routingKey, arguments));
        // Several bindings can have the same source, destination and routing key, with other arguments.
        definition = arguments.Count == 0 ? definition : definition with { Name = $"{definition.Name} {arguments}" };
        plan.Take(
            definition,
            () => IsBound(host, source, destination, isQueue, routingKey, arguments) ? DefinitionComparison.Same : DefinitionComparison.New,
            () => Bind(definition, what, Demand(host), source, destination, isQueue, routingKey, arguments));
    }

    private bool IsBound(string host, string source, string destination, bool isQueue, string routingKey, FieldTable arguments)
    {
        if (virtualHosts.Find(host) is not { } existing || existing.FindExchange(source) is null)
            return false;
        IBindingDestination? end = isQueue ? existing.FindQueue(destination) : existing.FindExchange(destination);
        return end is not null && existing.Topology.IsBound(source, end, routingKey, arguments);
    }

    private VirtualHost Demand(string host) => virtualHosts.Find(host) ?? throw new DefinitionException("no_such_vhost", host);

    private IBindingDestination? FindQueue(string host, string name) =>
        _queues.TryGetValue((host, name), out var planned) ? planned : virtualHosts.Find(host)?.FindQueue(name);

    private Exchange? FindExchange(string host, string name)
    {
        if (_exchanges.TryGetValue((host, name), out var planned))
            return planned;
        if (virtualHosts.Find(host) is { } existing)
            return existing.FindExchange(name);
        return PredeclaredExchanges.TypeOf(name) is { } type
            ? DeclaredExchange.Make(new ExchangeDeclaration(name, host, type, FieldTable.Empty), ExchangeFlags.Durable)
            : null;
    }

    /// <summary>Adds the declaration of a queue or exchange to the plan, if the object does not exist.</summary>
    /// <remarks>Leaves the definition out if the object exists with other properties, or if its type is unsupported.</remarks>
    private void Take(DefinitionName definition, string what, bool isThere, Action check, Action declare)
    {
        try
        {
            check();
        }
        catch (BrokerException error) when (isThere)
        {
            plan.LeaveOut(definition, DescribeDifference(what, error));
            return;
        }
        catch (BrokerException error) when (error.Error is BrokerError.NotSupported or BrokerError.UnknownType)
        {
            plan.LeaveOut(
                definition, error.Message.StartsWith(what, StringComparison.Ordinal) ? error.Message : $"{what}: {error.Message}");
            return;
        }
        if (isThere)
            plan.CountExisting();
        else
            plan.Take(definition, () => DefinitionComparison.New, () => Declare(definition, what, declare));
    }

    /// <summary>
    /// Declares a queue or exchange. Leaves the definition out if the object was created with other properties since the check.
    /// </summary>
    private void Declare(DefinitionName definition, string what, Action declare)
    {
        try
        {
            declare();
        }
        catch (BrokerException error)
        {
            plan.LeaveOutFailed(definition, DescribeDifference(what, error));
        }
    }

    private static string DescribeDifference(string what, BrokerException error) =>
        $"{what} exists already, with other properties: {error.Message}";

    private void Bind(
        DefinitionName definition,
        string what,
        VirtualHost host,
        string source,
        string destination,
        bool isQueue,
        string routingKey,
        FieldTable arguments)
    {
        IBindingDestination? end = isQueue ? host.FindQueue(destination) : host.FindExchange(destination);
        if (end is null || host.FindExchange(source) is null)
        {
            plan.LeaveOutFailed(definition, $"{what}: there is no '{(end is null ? destination : source)}'");
            return;
        }
        var round = new DispatchRound();
        host.Topology.Bind(source, end, routingKey, arguments, round);
        round.Complete();
    }

    /// <summary>A queue that the import will declare. It does not exist yet.</summary>
    private sealed record PlannedQueue(string Name, bool IsDurable) : IBindingDestination;
}
