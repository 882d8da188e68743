using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Exchanges;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Checks the queues, exchanges and bindings of an import: against each other, and against those that there are.</summary>
/// <param name="virtualHosts">Those that there are. Those that the import makes are not among them yet.</param>
/// <param name="plan">Takes what can be done.</param>
internal sealed class TopologyImport(VirtualHostTable virtualHosts, ImportPlan plan)
{
    private readonly Dictionary<(string Host, string Name), PlannedQueue> _queues = [];
    private readonly Dictionary<(string Host, string Name), Exchange> _exchanges = []; // in no virtual host: to check bindings with

    /// <exception cref="DefinitionException">A field cannot be.</exception>
    /// <exception cref="BrokerException">The queue cannot be.</exception>
    public void CheckQueue(string host, FieldTable fields)
    {
        string name = fields.Name("name", "queue"), what = $"queue '{name}' in vhost '{host}'";
        var flags = (fields.DemandFlag("durable", what) ? QueueFlags.Durable : 0) | (fields.Flag("auto_delete", what) ? QueueFlags.AutoDelete : 0);
        var arguments = fields.Arguments(what);
        if (name.Length == 0)
            throw new DefinitionException($"{what} has no name");
        if (ReservedNames.IsReserved(name))
        {
            plan.Skip($"{what}: names that begin with 'amq.' are the broker's to give");
            return;
        }
        var existing = virtualHosts.Find(host)?.FindQueue(name);
        Take(what, existing is not null, existing is not null
            ? () => QueueEquivalence.Demand(existing, flags, arguments, this, Demand(host).DefaultQueueType)
            : () =>
            {
                QueueEquivalence.DemandPossible(name, isServerNamed: false, flags, arguments, host);
                QueueArguments.Parse(arguments, name, host);
                _queues.TryAdd((host, name), new PlannedQueue(name, (flags & QueueFlags.Durable) != 0));
            }, () => Demand(host).Topology.ImportQueue(name, flags, arguments));
    }

    /// <exception cref="DefinitionException">A field cannot be.</exception>
    /// <exception cref="BrokerException">The exchange cannot be.</exception>
    public void CheckExchange(string host, FieldTable fields)
    {
        string name = fields.Name("name", "exchange"), type = fields.Text("type"), what = $"exchange '{name}' in vhost '{host}'";
        var flags = (fields.DemandFlag("durable", what) ? ExchangeFlags.Durable : 0) | (fields.Flag("auto_delete", what) ? ExchangeFlags.AutoDelete : 0)
            | (fields.Flag("internal", what) ? ExchangeFlags.Internal : 0);
        var arguments = fields.Arguments(what);
        if (name.Length == 0 || ReservedNames.IsReserved(name))
        {
            plan.Skip($"{what}: exchanges with such names are the broker's own");
            return;
        }
        var existing = virtualHosts.Find(host)?.FindExchange(name);
        Take(what, existing is not null, existing is not null
            ? () => ExchangeEquivalence.Demand(existing, type, flags, arguments, host)
            : () => _exchanges.TryAdd((host, name), DeclaredExchange.Make(new ExchangeDeclaration(name, host, type, arguments), flags)),
            () => Demand(host).Topology.DeclareExchange(name, type, flags, arguments));
    }

    /// <exception cref="DefinitionException">A field cannot be.</exception>
    /// <exception cref="BrokerException">The binding's arguments make no sense for its exchange.</exception>
    public void CheckBinding(string host, FieldTable fields)
    {
        string source = fields.Name("source", "exchange"), destination = fields.Text("destination"), routingKey = fields.Name("routing_key", "routing_key");
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
            plan.TakeAsItIs(); // every queue has it
            return;
        }
        IBindingDestination? end = isQueue ? FindQueue(host, destination) : FindExchange(host, destination);
        var exchange = FindExchange(host, source);
        if (end is null || exchange is null)
        {
            string missing = end is null ? destination : source, reason = $"{what}: there is no '{missing}'";
            if (ReservedNames.IsReserved(missing))
                plan.Skip(reason);
            else
                plan.LeaveOut(reason);
            return;
        }
        exchange.Validate(new Binding(exchange, end, routingKey, arguments));
        plan.Take(() => Bind(what, Demand(host), source, destination, isQueue, routingKey, arguments));
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
        return PredeclaredExchanges.TypeOf(name) is { } type ? DeclaredExchange.Make(new ExchangeDeclaration(name, host, type, FieldTable.Empty), ExchangeFlags.Durable) : null;
    }

    /// <summary>Takes a queue or an exchange that is there as defined, or that can be declared so.</summary>
    private void Take(string what, bool isThere, Action check, Action declare)
    {
        try
        {
            check();
        }
        catch (BrokerException error) when (isThere)
        {
            plan.LeaveOut(Different(what, error));
            return;
        }
        catch (BrokerException error) when (error.Error is BrokerError.NotSupported or BrokerError.UnknownType)
        {
            plan.LeaveOut(error.Message.StartsWith(what, StringComparison.Ordinal) ? error.Message : $"{what}: {error.Message}");
            return;
        }
        if (isThere)
            plan.TakeAsItIs();
        else
            plan.Take(() => Declare(what, declare));
    }

    /// <summary>What was not there when it was checked may be there now: twice in the definitions, or declared by a client.</summary>
    private void Declare(string what, Action declare)
    {
        try
        {
            declare();
        }
        catch (BrokerException error)
        {
            plan.LeaveOutAfterAll(Different(what, error));
        }
    }

    private static string Different(string what, BrokerException error) => $"{what} is there already, and other than that: {error.Message}";

    private void Bind(string what, VirtualHost host, string source, string destination, bool isQueue, string routingKey, FieldTable arguments)
    {
        IBindingDestination? end = isQueue ? host.FindQueue(destination) : host.FindExchange(destination);
        if (end is null || host.FindExchange(source) is null)
        {
            plan.LeaveOutAfterAll($"{what}: there is no '{(end is null ? destination : source)}'");
            return;
        }
        var round = new DispatchRound();
        host.Topology.Bind(source, end, routingKey, arguments, round);
        round.Complete();
    }

    /// <summary>A queue that the import will declare.</summary>
    private sealed record PlannedQueue(string Name, bool IsDurable) : IBindingDestination;
}
