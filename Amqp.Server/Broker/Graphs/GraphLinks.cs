using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.Graphs;

/// <summary>All ways between the exchanges and queues of a virtual host at one moment. Used by one thread.</summary>
internal sealed class GraphLinks
{
    private readonly Dictionary<(IBindingDestination From, IBindingDestination To, string Kind), GraphLink> _links = [];

    public GraphLinks(VirtualHost host)
    {
        foreach (var binding in host.Topology.Bindings())
            Add(binding.Source, binding.Destination, GraphLink.Binding, KeyOf(binding));
        foreach (var exchange in host.Exchanges)
            if (exchange.AlternateExchange is { Length: > 0 } alternate && host.FindExchange(alternate) is { } other)
                Add(exchange, other, GraphLink.Alternate, null);
        foreach (var queue in host.Queues)
            AddDeadLetters(host, queue);
        From = _links.Values.ToLookup(link => link.From);
        To = _links.Values.ToLookup(link => link.To);
    }

    /// <summary>The links by their beginnings.</summary>
    public ILookup<IBindingDestination, GraphLink> From { get; private set; }

    /// <summary>The links by their ends.</summary>
    public ILookup<IBindingDestination, GraphLink> To { get; private set; }

    /// <summary>Links queues to the default exchange, which reaches every queue by its name.</summary>
    public void AddImplied(Exchange defaultExchange, IEnumerable<Queue> queues)
    {
        foreach (var queue in queues)
            Add(defaultExchange, queue, GraphLink.Binding, queue.Name);
        From = _links.Values.ToLookup(link => link.From);
        To = _links.Values.ToLookup(link => link.To);
    }

    private void AddDeadLetters(VirtualHost host, Queue queue)
    {
        if (queue.Settings.DeadLetterExchange is not { } name || host.FindExchange(name) is not { } exchange)
            return;
        string? key = queue.Settings.DeadLetterRoutingKey;
        // the default exchange would only hide the queue behind it
        IBindingDestination target = name.Length == 0 && key is not null && host.FindQueue(key) is { } other ? other : exchange;
        Add(queue, target, GraphLink.DeadLetter, key);
    }

    private void Add(IBindingDestination from, IBindingDestination to, string kind, string? key)
    {
        if (!_links.TryGetValue((from, to, kind), out var link))
            _links.Add((from, to, kind), link = new GraphLink(from, to, kind));
        link.Add(key);
    }

    /// <summary>Returns the routing key of a binding. If it is empty, returns the arguments, by which a headers exchange routes.</summary>
    private static string KeyOf(Binding binding) => binding.RoutingKey.Length > 0 || binding.Arguments.Count == 0
        ? binding.RoutingKey
        : string.Join(", ", binding.Arguments.Select(argument => $"{argument.Key}={argument.Value}"));
}

/// <summary>The ways of one kind from one exchange or queue to another.</summary>
internal sealed class GraphLink(IBindingDestination from, IBindingDestination to, string kind)
{
    public const string Binding = "binding", Alternate = "alternate", DeadLetter = "dead_letter";

    /// <summary>Maximum number of routing keys that are listed.</summary>
    public const int MostKeys = 5;

    private readonly List<string> _keys = [];

    public IBindingDestination From => from;

    public IBindingDestination To => to;

    public string Kind => kind;

    /// <summary>The first routing keys.</summary>
    public IReadOnlyList<string> Keys => _keys;

    /// <summary>Number of ways.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a way.</summary>
    /// <param name="key">Its routing key; null if it has none.</param>
    public void Add(string? key)
    {
        Count++;
        if (key is not null && _keys.Count < MostKeys)
            _keys.Add(key);
    }
}
