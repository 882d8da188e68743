namespace Amqp.Server.Broker.Routing;

/// <summary>
/// A node in the trie of a topic exchange, reached by the words of a binding key. Holds the bindings whose keys end here.
/// </summary>
/// <remarks>
/// The topology lock of the virtual host guards the state. A single binding or child is stored without a collection, to save memory.
/// </remarks>
internal sealed class TopicNode
{
    private BindingSet _bindings;
    private string? _onlyWord;
    private TopicNode? _onlyChild;
    private Dictionary<string, TopicNode>? _children; // null if the node has fewer than two children

    /// <summary>The node that a <c>*</c> leads to from this node.</summary>
    public TopicNode? Star { get; private set; }

    /// <summary>The node that a <c>#</c> leads to from this node.</summary>
    public TopicNode? Hash { get; private set; }

    public bool IsLeaf => Star is null && Hash is null && _onlyChild is null && _children is null;

    public bool IsEmpty => _bindings.IsEmpty && IsLeaf;

    public void Add(Binding binding) => _bindings.Add(binding);

    public void Remove(Binding binding) => _bindings.Remove(binding);

    /// <summary>Adds the destinations of all bindings whose keys end at this node.</summary>
    public void Route(RouteFinder route) => _bindings.Route(route);

    /// <summary>Returns the node that a word of a routing key leads to from this node. Does not consider wildcards.</summary>
    public TopicNode? Next(ReadOnlySpan<char> word)
    {
        if (_children is not null)
            return _children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var child) ? child : null;
        return _onlyChild is not null && word.SequenceEqual(_onlyWord) ? _onlyChild : null;
    }

    /// <summary>Returns the node that a word of a binding key leads to from this node. The word may be a wildcard.</summary>
    public TopicNode? Child(ReadOnlySpan<char> word) => word switch
    {
        "*" => Star,
        "#" => Hash,
        _ => Next(word),
    };

    /// <summary>Returns the node that a word of a binding key leads to from this node. Creates the node if it is missing.</summary>
    public TopicNode ChildFor(ReadOnlySpan<char> word)
    {
        if (Child(word) is { } child)
            return child;
        child = new TopicNode();
        switch (word)
        {
            case "*":
                Star = child;
                break;
            case "#":
                Hash = child;
                break;
            default:
                AddChild(word.ToString(), child);
                break;
        }
        return child;
    }

    public void RemoveChild(ReadOnlySpan<char> word)
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
                RemoveNext(word);
                break;
        }
    }

    private void AddChild(string word, TopicNode child)
    {
        if (_children is null && _onlyChild is null)
        {
            (_onlyWord, _onlyChild) = (word, child);
            return;
        }
        _children ??= new() { [_onlyWord!] = _onlyChild! };
        (_onlyWord, _onlyChild) = (null, null);
        _children.Add(word, child);
    }

    private void RemoveNext(ReadOnlySpan<char> word)
    {
        if (_children is null)
        {
            (_onlyWord, _onlyChild) = (null, null);
            return;
        }
        _children.GetAlternateLookup<ReadOnlySpan<char>>().Remove(word);
        if (_children.Count == 0)
            _children = null;
    }
}
