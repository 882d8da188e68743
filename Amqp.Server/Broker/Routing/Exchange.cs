using System.Diagnostics.CodeAnalysis;
using Amqp.Protocol;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Routing;

/// <summary>An exchange: what it was declared as, its bindings and its router.</summary>
/// <remarks>The virtual host's topology lock guards the bindings: shared to read, exclusive to change.</remarks>
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

    /// <summary>The default exchange's name is empty.</summary>
    public string Name { get; }

    public string Type { get; }

    public ExchangeFlags Flags { get; }

    public FieldTable Arguments { get; }

    /// <summary>Where messages go that this exchange has no destination for: as declared, or else as a policy says. The default exchange takes none of them.</summary>
    public string? AlternateExchange { get; private set; }

    public bool IsDurable => (Flags & ExchangeFlags.Durable) != 0;

    public bool IsAutoDelete => (Flags & ExchangeFlags.AutoDelete) != 0;

    public bool IsInternal => (Flags & ExchangeFlags.Internal) != 0;

    /// <inheritdoc cref="IRouter.VariesByMessage"/>
    public bool VariesByMessage => _router.VariesByMessage;

    /// <summary>The router, when it is one that chooses a single destination for each message.</summary>
    public ChoosingRouter? Chooser => _router as ChoosingRouter;

    /// <summary>The router, when it is one that keeps messages.</summary>
    public IMessageKeeper? Keeper => _router as IMessageKeeper;

    /// <summary>Messages that wait here until they are due.</summary>
    public long DelayedCount => Keeper?.WaitingCount ?? 0;

    /// <summary>The bindings from this exchange.</summary>
    public IReadOnlyCollection<Binding> Bindings => _bindings;

    /// <summary>What was published to it; guarded as it says.</summary>
    public ExchangeCounts Counts { get; } = new();

    /// <summary>What was counted at times gone by; the sampler's. Null while there was nothing.</summary>
    public SampleSeries? Samples { get; set; }

    /// <summary>True once it has been deleted. A glance, without the lock.</summary>
    public bool IsDeleted => Counts.IsClosed;

    /// <summary>It is gone for good. The topology lock is held exclusively.</summary>
    public void MarkDeleted() => Counts.Close();

    /// <summary>Takes what the policies now say. The topology lock is held exclusively, or nobody routes yet.</summary>
    public void Apply(EffectivePolicy policy) =>
        AlternateExchange = ValueRules.Name(Arguments["alternate-exchange"]) ?? policy.Text("alternate-exchange");

    /// <summary>Whether a binding would be a new one.</summary>
    /// <exception cref="BrokerException">406: its arguments make no sense for this type.</exception>
    public bool Accepts(Binding binding)
    {
        if (_bindings.Contains(binding))
            return false;
        _router.Validate(binding);
        return true;
    }

    /// <summary>Whether a binding's arguments make sense for this type; without the lock.</summary>
    /// <exception cref="BrokerException">406: they do not.</exception>
    public void Validate(Binding binding) => _router.Validate(binding);

    /// <summary>Adds a binding that it accepts.</summary>
    public void Add(Binding binding)
    {
        _bindings.Add(binding);
        _router.Add(binding);
    }

    /// <summary>Removes a binding; false when there is none such.</summary>
    /// <param name="binding">Equal to the one that shall go.</param>
    /// <param name="removed">The one that went: its arguments may stand in another order, and its definition goes by that.</param>
    public bool Remove(Binding binding, [NotNullWhen(true)] out Binding? removed)
    {
        if (!_bindings.TryGetValue(binding, out removed))
            return false;
        _bindings.Remove(removed);
        _router.Remove(removed);
        return true;
    }

    /// <summary>Adds the destinations of one message to the route being found.</summary>
    public void Route(in RoutedMessage message, RouteFinder route) => _router.Route(message, route);

    /// <summary>Whether it is time to say that the alternate exchange is missing: once a minute, however many messages want it. Any thread.</summary>
    public bool MustTellOfMissingAlternate(TimeProvider clock)
    {
        long last = Interlocked.Read(ref _warnedAt), now = clock.GetTimestamp();
        return (last == 0 || clock.GetElapsedTime(last, now) >= _warningInterval) && Interlocked.CompareExchange(ref _warnedAt, now, last) == last;
    }
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
