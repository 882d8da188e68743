namespace Amqp.Server.Broker.Exchanges;

/// <summary>
/// Keys are words between dots; in a binding key <c>*</c> stands for one word and <c>#</c> for any number of them.
/// </summary>
/// <remarks>
/// A trie of the binding keys' words: a message follows only the branches that it matches, so what it costs grows
/// with the length of its key and not with the number of bindings. As in RabbitMQ an empty key has no words, while
/// <c>a.</c> has two, the second one empty.
/// </remarks>
internal sealed class TopicRouter : IRouter
{
    private readonly Node _root = new();

    public bool VariesByMessage => false;

    public void Validate(Binding binding)
    {
    }

    public void Add(Binding binding)
    {
        var node = _root;
        foreach (string word in Words(binding.RoutingKey))
            node = node.ChildFor(word);
        node.Bindings.Add(binding);
    }

    public void Remove(Binding binding) => Remove(_root, Words(binding.RoutingKey), binding);

    public void Route(in RoutedMessage message, RouteFinder route)
    {
        Route(message.RoutingKey, route);
        foreach (string key in message.FurtherKeys)
            Route(key, route);
    }

    private void Route(string key, RouteFinder route)
    {
        HashSet<(Node, int)>? visited = null;
        Match(_root, Words(key), route, ref visited);
    }

    /// <summary>Each '#' is tried once for each rest of the key: keys full of them would else take exponential time.</summary>
    private static void Match(Node node, ReadOnlySpan<string> words, RouteFinder route, ref HashSet<(Node, int)>? visited)
    {
        if (node.Hash is { } hash)
        {
            for (int left = words.Length; left >= 0 && (visited ??= []).Add((hash, left)); left--)
                Match(hash, words[^left..], route, ref visited);
        }
        if (words.IsEmpty)
        {
            foreach (var binding in node.Bindings)
                route.Add(binding.Destination);
            return;
        }
        if (node.Star is { } star)
            Match(star, words[1..], route, ref visited);
        if (node.Children is { } children && children.TryGetValue(words[0], out var child))
            Match(child, words[1..], route, ref visited);
    }

    /// <summary>True when nothing is left at or below the node, so that its parent lets go of it.</summary>
    private static bool Remove(Node node, ReadOnlySpan<string> words, Binding binding)
    {
        if (words.IsEmpty)
            node.Bindings.Remove(binding);
        else if (node.Child(words[0]) is { } child && Remove(child, words[1..], binding))
            node.RemoveChild(words[0]);
        return node.IsEmpty;
    }

    private static string[] Words(string key) => key.Length == 0 ? [] : key.Split('.');

    private sealed class Node
    {
        public HashSet<Binding> Bindings { get; } = [];

        public Dictionary<string, Node>? Children { get; private set; }

        public Node? Star { get; private set; }

        public Node? Hash { get; private set; }

        public bool IsEmpty => Bindings.Count == 0 && Star is null && Hash is null && Children is null or { Count: 0 };

        public Node? Child(string word) => word switch
        {
            "*" => Star,
            "#" => Hash,
            _ => Children?.GetValueOrDefault(word),
        };

        public Node ChildFor(string word)
        {
            if (Child(word) is { } child)
                return child;
            child = new Node();
            switch (word)
            {
                case "*":
                    Star = child;
                    break;
                case "#":
                    Hash = child;
                    break;
                default:
                    (Children ??= []).Add(word, child);
                    break;
            }
            return child;
        }

        public void RemoveChild(string word)
        {
            switch (word)
            {
                case "*":
                    Star = null;
                    break;
                case "#":
                    Hash = null;
                    break;
                default:
                    Children!.Remove(word);
                    break;
            }
        }
    }
}
