using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Graphs;

/// <summary>An exchange or a queue of a graph.</summary>
/// <param name="Item">The exchange or queue.</param>
/// <param name="Distance">Number of steps from the root.</param>
/// <param name="Ready">Number of ready messages of a queue.</param>
/// <param name="InRate">Messages per second that arrive.</param>
internal sealed record GraphVertex(IBindingDestination Item, int Distance, long Ready, double InRate)
{
    public string Id => $"{(Item is Exchange ? "exchange" : "queue")}:{Item.Name}";
}

/// <summary>A node before it is drawn.</summary>
/// <param name="Id">Id of the node.</param>
/// <param name="Name">Name of the object or of the group.</param>
/// <param name="Members">The objects that the node stands for.</param>
internal sealed record GraphDrawing(string Id, string Name, IReadOnlyList<GraphVertex> Members)
{
    /// <summary>The lower, the more important: near the root first, then exchanges, then the queues with the most messages.</summary>
    public (int Distance, bool IsQueue, long Ready, string Name) Rank => (
        Members.Min(member => member.Distance), Members[0].Item is Queue, -Members.Sum(member => member.Ready), Name);

    public GraphNode ToNode()
    {
        var first = Members[0].Item;
        string? type = Members.Count > 1 ? null : first is Queue queue ? queue.Settings.Type.Name : ((Exchange)first).Type;
        return new GraphNode(Id, Members.Count > 1 ? "group" : first is Queue ? "queue" : "exchange", Name, type)
        {
            Ready = first is Queue ? Members.Sum(member => member.Ready) : null,
            InRate = Members.Sum(member => member.InRate),
            Count = Members.Count,
        };
    }
}

/// <summary>Groups queues that have the same neighbours, if a graph has too many nodes. Used once.</summary>
/// <param name="found">The exchanges and queues of the graph.</param>
/// <param name="limit">Number of nodes from which queues are grouped.</param>
/// <param name="root">The exchange or queue that is never part of a group; null if there is none.</param>
/// <param name="links">The ways between exchanges and queues.</param>
internal sealed class GraphGroups(GraphVertex[] found, int limit, IBindingDestination? root, GraphLinks links)
{
    /// <summary>Fewer queues make no group.</summary>
    private const int FewestMembers = 3;

    /// <summary>One node of this number shows a queue with many messages by itself.</summary>
    private const int ShareOfSingles = 4;

    private const string Separators = ".-_:/";

    /// <summary>Returns the nodes. They can still be more than the limit.</summary>
    public List<GraphDrawing> Shown()
    {
        if (found.Length <= limit)
            return [.. found.Select(Single)];
        var byBeginning = Group(BeginningOf);
        return byBeginning.Count <= limit ? byBeginning : Group(_ => "");
    }

    private List<GraphDrawing> Group(Func<string, string> beginningOf)
    {
        var singles = found.Where(vertex => vertex.Item is Queue && vertex.Ready > 0)
            .OrderByDescending(vertex => vertex.Ready).Take(limit / ShareOfSingles)
            .Concat(found.Where(vertex => vertex.Item is Exchange || vertex.Item == root)).ToHashSet();
        List<GraphDrawing> shown = [.. singles.Select(Single)];
        var similar = found.Where(vertex => !singles.Contains(vertex))
            .GroupBy(vertex => (Neighbours: NeighboursOf(vertex.Item), Beginning: beginningOf(vertex.Item.Name)));
        foreach (var group in similar)
        {
            GraphVertex[] members = [.. group];
            if (members.Length < FewestMembers)
                shown.AddRange(members.Select(Single));
            else
                shown.Add(new GraphDrawing($"group:{members.Min(member => member.Item.Name)}", $"{group.Key.Beginning}*", members));
        }
        return shown;
    }

    private static GraphDrawing Single(GraphVertex vertex) => new(vertex.Id, vertex.Item.Name, [vertex]);

    /// <summary>Returns a text that is the same for queues with the same neighbours.</summary>
    private string NeighboursOf(IBindingDestination item) => string.Join(
        '\0',
        links.To[item].Select(link => $"<{link.Kind} {link.From.Name}")
            .Concat(links.From[item].Select(link => $">{link.Kind} {link.To.Name}")).Order(StringComparer.Ordinal));

    /// <summary>Returns the name up to its last separator, or without the digits at its end.</summary>
    private static string BeginningOf(string name)
    {
        int at = name.AsSpan().LastIndexOfAny(Separators);
        return at > 0 ? name[..(at + 1)] : name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
    }
}
