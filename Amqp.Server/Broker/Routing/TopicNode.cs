namespace Amqp.Server.Broker.Routing;

/// <summary>A node in the trie of a topic exchange: the bindings whose keys end here, and the words that may follow.</summary>
/// <remarks>
/// A hundred thousand bindings make several times as many nodes. Nearly all nodes have one binding or one child, so a single binding or
/// child is held without a collection. The virtual host's topology lock guards the state.
/// </remarks>
internal sealed class TopicNode
{
    private BindingSet _bindings;
    private string? _onlyWord;
    private TopicNode? _onlyChild;
    private Dictionary<string, TopicNode>? _children; // two or more

    /// <summary>The node behind a <c>*</c>.</summary>
    public TopicNode? Star { get; private set; }

    /// <summary>The node behind a <c>#</c>.</summary>
    public TopicNode? Hash { get; private set; }

    /// <summary>True if the node has no children.</summary>
    public bool IsLeaf => Star is null && Hash is null && _onlyChild is null && _children is null;

    public bool IsEmpty => _bindings.IsEmpty && IsLeaf;

    public void Add(Binding binding) => _bindings.Add(binding);

    public void Remove(Binding binding) => _bindings.Remove(binding);

    /// <summary>Adds the destinations of the bindings whose keys end here.</summary>
    public void Route(RouteFinder route) => _bindings.Route(route);

    /// <summary>Returns the node behind a literal word.</summary>
    public TopicNode? Next(ReadOnlySpan<char> word)
    {
        if (_children is not null)
            return _children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var child) ? child : null;
        return _onlyChild is not null && word.SequenceEqual(_onlyWord) ? _onlyChild : null;
    }

    /// <summary>Returns the node behind a word of a binding key, which may be a wildcard.</summary>
    public TopicNode? Child(ReadOnlySpan<char> word) => word switch
    {
        "*" => Star,
        "#" => Hash,
        _ => Next(word),
    };

    /// <summary>Returns the node behind a word of a binding key, and creates it if it is missing.</summary>
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
