using System.Diagnostics.CodeAnalysis;
using Amqp.Protocol;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Routing;

/// <summary>An exchange: its declaration, bindings and router.</summary>
/// <remarks>The virtual host's topology lock guards the bindings. The lock is held shared to read and exclusively to change.</remarks>
internal sealed class Exchange : IBindingDestination
{
    private static readonly TimeSpan _warningInterval = TimeSpan.FromMinutes(1);

    private readonly IRouter _router;
    private readonly HashSet<Binding> _bindings = [];
    private long _warnedAt; // interlocked; 0: never

    public Exchange(string name, string type, IRouter router, ExchangeFlags flags, FieldTable arguments)
    {
        (Name, Type, _router, Flags, Arguments) = (name, type, router, flags, arguments);
        Apply(EffectivePolicy.None);
    }

    /// <summary>The exchange's name, empty for the default exchange.</summary>
    public string Name { get; }

    public string Type { get; }

    public ExchangeFlags Flags { get; }

    public FieldTable Arguments { get; }

    /// <summary>
    /// Name of the exchange that receives messages without a destination, from the exchange's argument or else from its policy. Null or
    /// empty: none.
    /// </summary>
    public string? AlternateExchange { get; private set; }

    public bool IsDurable => (Flags & ExchangeFlags.Durable) != 0;

    public bool IsAutoDelete => (Flags & ExchangeFlags.AutoDelete) != 0;

    public bool IsInternal => (Flags & ExchangeFlags.Internal) != 0;

    /// <inheritdoc cref="IRouter.VariesByMessage"/>
    public bool VariesByMessage => _router.VariesByMessage;

    /// <summary>The router, if it chooses a single destination for each message; else null.</summary>
    public ChoosingRouter? Chooser => _router as ChoosingRouter;

    /// <summary>The router, if it keeps messages; else null.</summary>
    public IMessageKeeper? Keeper => _router as IMessageKeeper;

    /// <summary>Number of messages that the exchange keeps and delays until they are due.</summary>
    public long DelayedCount => Keeper?.WaitingCount ?? 0;

    /// <summary>The bindings from this exchange.</summary>
    public IReadOnlyCollection<Binding> Bindings => _bindings;

    /// <summary>Counts of messages that were published to the exchange.</summary>
    public ExchangeCounts Counts { get; } = new();

    /// <summary>Samples of the counts, owned by the sampler; null while there are none.</summary>
    public SampleSeries? Samples { get; set; }

    /// <summary>True once the exchange was deleted. May be read without the lock.</summary>
    public bool IsDeleted => Counts.IsClosed;

    /// <summary>Marks the exchange as deleted. The topology lock is held exclusively.</summary>
    public void MarkDeleted() => Counts.Close();

    /// <summary>Applies policies. The caller holds the topology lock exclusively, or has not made the exchange visible yet.</summary>
    public void Apply(EffectivePolicy policy) =>
        AlternateExchange = ValueRules.Name(Arguments["alternate-exchange"]) ?? policy.Text("alternate-exchange");

    /// <summary>True if a binding is valid and does not exist yet.</summary>
    /// <exception cref="BrokerException">406: the arguments are invalid for this type.</exception>
    public bool Accepts(Binding binding)
    {
        if (_bindings.Contains(binding))
            return false;
        _router.Validate(binding);
        return true;
    }

    /// <summary>Validates a binding's arguments for this type. The caller needs no lock.</summary>
    /// <exception cref="BrokerException">406: the arguments are invalid.</exception>
    public void Validate(Binding binding) => _router.Validate(binding);

    /// <summary>Adds a binding for which <see cref="Accepts"/> is true.</summary>
    public void Add(Binding binding)
    {
        _bindings.Add(binding);
        _router.Add(binding);
    }

    /// <summary>Removes a binding. Returns false if the exchange does not have it.</summary>
    /// <param name="binding">Equal to the binding to be removed.</param>
    /// <param name="removed">
    /// The removed binding. Its arguments may be in another order, which matters because the key of its definition includes the order.
    /// </param>
    public bool Remove(Binding binding, [NotNullWhen(true)] out Binding? removed)
    {
        if (!_bindings.TryGetValue(binding, out removed))
            return false;
        _bindings.Remove(removed);
        _router.Remove(removed);
        return true;
    }

    /// <summary>Adds the destinations of a message to a route.</summary>
    public void Route(in RoutedMessage message, RouteFinder route) => _router.Route(message, route);

    /// <summary>True at most once a minute, to limit warnings about a missing alternate exchange. Callable from any thread.</summary>
    public bool MustTellOfMissingAlternate(TimeProvider clock)
    {
        long last = Interlocked.Read(ref _warnedAt), now = clock.GetTimestamp();
        return (last == 0 || clock.GetElapsedTime(last, now) >= _warningInterval)
            && Interlocked.CompareExchange(ref _warnedAt, now, last) == last;
    }
}

/// <summary>Properties of an exchange from its declaration.</summary>
[Flags]
internal enum ExchangeFlags
{
    None = 0,

    /// <summary>The exchange survives a restart.</summary>
    Durable = 1,

    /// <summary>The exchange is deleted with its last binding.</summary>
    AutoDelete = 2,

    /// <summary>Clients cannot publish to the exchange; messages reach it from other exchanges.</summary>
    Internal = 4,
}
