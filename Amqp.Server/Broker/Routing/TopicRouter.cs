namespace Amqp.Server.Broker.Routing;

/// <summary>Routes the messages of a topic exchange. Stores the words of the binding keys in a trie.</summary>
/// <remarks>
/// As in RabbitMQ, an empty key has no words, and the key <c>a.</c> has two: <c>a</c> and an empty word. A start position beyond the end
/// of the key means that no words are left.
/// </remarks>
internal sealed class TopicRouter : IRouter
{
    private readonly TopicNode _root = new();

    public bool VariesByMessage => false;

    public void Validate(Binding binding)
    {
    }

    public void Add(Binding binding)
    {
        string key = binding.RoutingKey;
        var node = _root;
        for (int start = Start(key); start <= key.Length; start = Next(key, start))
            node = node.ChildFor(Word(key, start));
        node.Add(binding);
    }

    public void Remove(Binding binding) => Remove(_root, binding.RoutingKey, Start(binding.RoutingKey), binding);

    public void Route(in RoutedMessage message, RouteFinder route)
    {
        Route(message.RoutingKey, route);
        foreach (string key in message.FurtherKeys)
            Route(key, route);
    }

    private void Route(string key, RouteFinder route)
    {
        route.VisitedHashes.Clear();
        Match(_root, key, Start(key), route, isBelowHash: false);
    }

    private static void Match(TopicNode node, string key, int start, RouteFinder route, bool isBelowHash)
    {
        if (node.Hash is { } hash)
            MatchHash(hash, key, start, route, isBelowHash);
        if (start > key.Length)
        {
            node.Route(route);
            return;
        }
        var word = Word(key, start);
        int next = start + word.Length + 1;
        if (node.Star is { } star)
            Match(star, key, next, route, isBelowHash);
        if (node.Next(word) is { } child)
            Match(child, key, next, route, isBelowHash);
    }

    /// <summary>Matches a '#' with any number of words, and continues with each possible rest of the routing key.</summary>
    /// <remarks>If a binding key has several '#', <see cref="RouteFinder.VisitedHashes"/> avoids exponential time.</remarks>
    private static void MatchHash(TopicNode hash, string key, int start, RouteFinder route, bool isBelowHash)
    {
        if (hash.IsLeaf)
            start = key.Length + 1; // a '#' at the end of the binding key matches all remaining words
        for (; !isBelowHash || route.VisitedHashes.Add((hash, start)); start = Next(key, start))
        {
            Match(hash, key, start, route, isBelowHash: true);
            if (start > key.Length)
                return;
        }
    }

    /// <summary>
    /// Removes a binding from a node or its descendants. Returns true if the parent must remove the node, because the node is empty.
    /// </summary>
    private static bool Remove(TopicNode node, string key, int start, Binding binding)
    {
        if (start > key.Length)
        {
            node.Remove(binding);
            return node.IsEmpty;
        }
        var word = Word(key, start);
        if (node.Child(word) is { } child && Remove(child, key, start + word.Length + 1, binding))
            node.RemoveChild(word);
        return node.IsEmpty;
    }

    private static int Start(string key) => key.Length == 0 ? 1 : 0;

    private static int Next(string key, int start) => start + Word(key, start).Length + 1;

    private static ReadOnlySpan<char> Word(string key, int start)
    {
        var rest = key.AsSpan(start);
        int dot = rest.IndexOf('.');
        return dot < 0 ? rest : rest[..dot];
    }
}
