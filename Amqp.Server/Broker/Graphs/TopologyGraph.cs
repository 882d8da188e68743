namespace Amqp.Server.Broker.Graphs;

/// <summary>Exchanges and queues of a virtual host, with the ways that messages take between them.</summary>
/// <param name="Nodes">The exchanges, the queues and the groups of similar queues.</param>
/// <param name="Edges">The ways between the nodes.</param>
/// <param name="Hidden">Number of exchanges and queues that are part of the graph, but that no node stands for.</param>
internal sealed record TopologyGraph(IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphEdge> Edges, int Hidden);

/// <summary>An exchange, a queue or a group of similar queues.</summary>
/// <param name="Id">Unique in the graph, such as <c>exchange:orders</c>.</param>
/// <param name="Kind"><c>exchange</c>, <c>queue</c> or <c>group</c>.</param>
/// <param name="Name">Name of the object. For a group: the common beginning of the names and an asterisk.</param>
/// <param name="Type">Type of the exchange or the queue; null for a group.</param>
internal sealed record GraphNode(string Id, string Kind, string Name, string? Type)
{
    /// <summary>Number of ready messages, for a group the sum; null for an exchange.</summary>
    public long? Ready { get; init; }

    /// <summary>Messages per second that arrive.</summary>
    public double InRate { get; init; }

    /// <summary>Number of objects that the node stands for.</summary>
    public int Count { get; init; } = 1;
}

/// <summary>The ways from one node to another that are of one kind.</summary>
/// <param name="From">Id of the first node.</param>
/// <param name="To">Id of the other node.</param>
/// <param name="Kind"><c>binding</c>, <c>alternate</c> or <c>dead_letter</c>.</param>
/// <param name="Keys">The first routing keys.</param>
/// <param name="Count">Number of ways, such as bindings.</param>
internal sealed record GraphEdge(string From, string To, string Kind, IReadOnlyList<string> Keys, int Count);
