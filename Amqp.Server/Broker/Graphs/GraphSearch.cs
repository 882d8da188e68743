using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.Graphs;

/// <summary>Finds the exchanges and queues around a root, or all of a virtual host, and draws them as a graph. Used once.</summary>
/// <param name="host">The virtual host.</param>
/// <param name="times">Times of the last two samples of the statistics, for rates.</param>
internal sealed class GraphSearch(VirtualHost host, (long Last, long Before) times)
{
    private readonly GraphLinks _links = new(host);
    private readonly Dictionary<IBindingDestination, int> _distances = new(ReferenceEqualityComparer.Instance);

    /// <summary>Draws the ways that lead from an exchange or a queue, and those that lead to it.</summary>
    /// <param name="root">The exchange or queue.</param>
    /// <param name="depth">Maximum number of steps from the root.</param>
    /// <param name="limit">Maximum number of nodes.</param>
    public TopologyGraph Around(IBindingDestination root, int depth, int limit)
    {
        if (root is Exchange { Name.Length: 0 } all)
            _links.AddImplied(all, host.Queues);
        Follow(root, depth, _links.From, link => link.To);
        Follow(root, depth, _links.To, link => link.From);
        return Draw(limit, root);
    }

    /// <summary>Draws all exchanges that have bindings or traffic, and all queues.</summary>
    /// <param name="limit">Maximum number of nodes.</param>
    public TopologyGraph Whole(int limit)
    {
        if (host.FindExchange("") is { } defaultExchange)
            _links.AddImplied(defaultExchange, host.Queues.Where(queue => !_links.To.Contains(queue)).ToArray());
        foreach (var exchange in host.Exchanges)
            if (_links.From.Contains(exchange) || _links.To.Contains(exchange) || RateOf(exchange) > 0)
                _distances[exchange] = 0;
        foreach (var queue in host.Queues)
            _distances[queue] = 1;
        return Draw(limit, null);
    }

    private void Follow(
        IBindingDestination root, int depth, ILookup<IBindingDestination, GraphLink> links, Func<GraphLink, IBindingDestination> next)
    {
        var visited = new HashSet<IBindingDestination>(ReferenceEqualityComparer.Instance) { root };
        var pending = new Queue<(IBindingDestination Item, int Distance)>([(root, 0)]);
        _distances[root] = 0;
        while (pending.TryDequeue(out var at))
        {
            if (at.Distance == depth)
                continue;
            foreach (var item in links[at.Item].Select(next).Where(visited.Add))
            {
                pending.Enqueue((item, at.Distance + 1));
                _distances.TryAdd(item, at.Distance + 1);
            }
        }
    }

    private TopologyGraph Draw(int limit, IBindingDestination? root)
    {
        GraphVertex[] found = [.. _distances.Select(entry => NewVertex(entry.Key, entry.Value))];
        var shown = new GraphGroups(found, limit, root, _links).Shown();
        int hidden = 0;
        if (shown.Count > limit)
        {
            shown.Sort((one, other) => one.Rank.CompareTo(other.Rank));
            hidden = shown.Skip(limit).Sum(node => node.Members.Count);
            shown.RemoveRange(limit, shown.Count - limit);
        }
        return new TopologyGraph([.. shown.Select(node => node.ToNode())], EdgesOf(shown), hidden);
    }

    private List<GraphEdge> EdgesOf(List<GraphDrawing> shown)
    {
        var idOf = new Dictionary<IBindingDestination, string>(ReferenceEqualityComparer.Instance);
        foreach (var node in shown)
            foreach (var member in node.Members)
                idOf[member.Item] = node.Id;
        var edges = new Dictionary<(string From, string To, string Kind), (List<string> Keys, int Count)>();
        foreach (var from in idOf.Keys)
        {
            foreach (var link in _links.From[from])
            {
                if (!idOf.TryGetValue(link.To, out string? to))
                    continue;
                var key = (idOf[from], to, link.Kind);
                var (keys, count) = edges.TryGetValue(key, out var known) ? known : ([], 0);
                keys.AddRange(link.Keys.Except(keys).Take(GraphLink.MostKeys - keys.Count).ToArray());
                edges[key] = (keys, count + link.Count);
            }
        }
        return [.. edges.Select(edge => new GraphEdge(edge.Key.From, edge.Key.To, edge.Key.Kind, edge.Value.Keys, edge.Value.Count))];
    }

    private GraphVertex NewVertex(IBindingDestination item, int distance) => item is Queue queue
        ? new GraphVertex(item, distance, queue.Counts.Ready, queue.Traffic.Samples?.Rate(0, times.Last, times.Before) ?? 0)
        : new GraphVertex(item, distance, 0, RateOf((Exchange)item));

    private double RateOf(Exchange exchange) => exchange.Samples?.Rate(0, times.Last, times.Before) ?? 0;
}
