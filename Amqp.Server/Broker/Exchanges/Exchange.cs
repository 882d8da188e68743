using Amqp.Protocol;

namespace Amqp.Server.Broker.Exchanges;

/// <summary>An exchange: what it was declared as, its bindings and its router.</summary>
/// <remarks>The virtual host's topology lock guards the bindings: shared to read, exclusive to change.</remarks>
internal sealed class Exchange : IBindingDestination
{
    private readonly IRouter _router;
    private readonly HashSet<Binding> _bindings = [];

    public Exchange(string name, string type, IRouter router, ExchangeFlags flags, FieldTable arguments)
    {
        (Name, Type, _router, Flags, Arguments) = (name, type, router, flags, arguments);
        AlternateExchange = arguments["alternate-exchange"] is { Type: FieldType.LongString } alternate ? alternate.AsString() : null;
    }

    /// <summary>The default exchange's name is empty.</summary>
    public string Name { get; }

    public string Type { get; }

    public ExchangeFlags Flags { get; }

    public FieldTable Arguments { get; }

    /// <summary>Where messages go that this exchange has no destination for. The default exchange takes none of them.</summary>
    public string? AlternateExchange { get; }

    public bool IsDefault => Name.Length == 0;

    public bool IsDurable => (Flags & ExchangeFlags.Durable) != 0;

    public bool IsAutoDelete => (Flags & ExchangeFlags.AutoDelete) != 0;

    public bool IsInternal => (Flags & ExchangeFlags.Internal) != 0;

    /// <summary>True when routes depend on headers, so that none can be remembered for its routing key.</summary>
    public bool ReadsHeaders => _router.ReadsHeaders;

    /// <summary>The bindings from this exchange.</summary>
    public IReadOnlyCollection<Binding> Bindings => _bindings;

    /// <summary>How RabbitMQ names it in messages about permissions.</summary>
    public string DisplayName => IsDefault ? "amq.default" : Name;

    /// <summary>False when it was there already.</summary>
    public bool Add(Binding binding)
    {
        if (_bindings.Contains(binding))
            return false;
        _router.Validate(binding);
        _bindings.Add(binding);
        _router.Add(binding);
        return true;
    }

    /// <summary>False when there is none such.</summary>
    public bool Remove(Binding binding)
    {
        if (!_bindings.Remove(binding))
            return false;
        _router.Remove(binding);
        return true;
    }

    /// <summary>Adds the destinations of one message to the route being found.</summary>
    public void Route(in RoutedMessage message, RouteFinder route) => _router.Route(message, route);
}

/// <summary>How an exchange was declared.</summary>
[Flags]
internal enum ExchangeFlags
{
    None = 0,

    /// <summary>It outlives a restart.</summary>
    Durable = 1,

    /// <summary>It goes with its last binding.</summary>
    AutoDelete = 2,

    /// <summary>Clients cannot publish to it; other exchanges can be bound to it.</summary>
    Internal = 4,
}
