using System.Diagnostics.CodeAnalysis;
using Amqp.Protocol;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Deduplication;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Routing;

/// <summary>An exchange, with its bindings and its router.</summary>
/// <remarks>The topology lock of the virtual host guards the bindings: shared for readers, exclusive for writers.</remarks>
internal sealed class Exchange : IBindingDestination
{
    private static readonly TimeSpan _warningInterval = TimeSpan.FromMinutes(1);

    private readonly IRouter _router;
    private readonly HashSet<Binding> _bindings = [];
    private long _warnedAt; // changed with Interlocked; 0 if there was no warning yet

    public Exchange(string name, string type, IRouter router, ExchangeFlags flags, FieldTable arguments)
    {
        (Name, Type, _router, Flags, Arguments) = (name, type, router, flags, arguments);
        Apply(EffectivePolicy.None);
    }

    /// <summary>Name of the exchange; empty for the default exchange.</summary>
    public string Name { get; }

    public string Type { get; }

    public ExchangeFlags Flags { get; }

    public FieldTable Arguments { get; }

    /// <summary>Name of the alternate exchange; null or empty if the exchange has none.</summary>
    public string? AlternateExchange { get; private set; }

    public bool IsDurable => (Flags & ExchangeFlags.Durable) != 0;

    public bool IsAutoDelete => (Flags & ExchangeFlags.AutoDelete) != 0;

    public bool IsInternal => (Flags & ExchangeFlags.Internal) != 0;

    /// <inheritdoc cref="IRouter.VariesByMessage"/>
    public bool VariesByMessage => _router.VariesByMessage;

    /// <summary>The router, if it chooses a single destination for each message; otherwise null.</summary>
    /// <remarks>Null if the exchange drops repeats: a choice by the router alone would not drop them.</remarks>
    public ChoosingRouter? Chooser => Deduplication is null ? _router as ChoosingRouter : null;

    /// <summary>The keys by which the exchange recognises repeats; null if it accepts them.</summary>
    /// <remarks>Set before other threads can find the exchange.</remarks>
    public DeduplicationWindow? Deduplication { get; set; }

    /// <summary>The router, if it keeps messages; otherwise null.</summary>
    public IMessageKeeper? Keeper => _router as IMessageKeeper;

    /// <summary>Number of messages that the exchange stores until they are due.</summary>
    public long DelayedCount => Keeper?.WaitingCount ?? 0;

    /// <summary>The bindings whose source is this exchange.</summary>
    public IReadOnlyCollection<Binding> Bindings => _bindings;

    /// <summary>Counts the messages that were published to the exchange.</summary>
    public ExchangeCounts Counts { get; } = new();

    /// <summary>Past values of the counts. Used by the sampler only; null before the first sample.</summary>
    public SampleSeries? Samples { get; set; }

    /// <summary>True once the exchange is deleted. May be read without the lock.</summary>
    public bool IsDeleted => Counts.IsClosed;

    /// <summary>Marks the exchange as deleted. The caller holds the topology lock exclusively.</summary>
    public void MarkDeleted() => Counts.Close();

    /// <summary>
    /// Applies changed policies. The caller holds the topology lock exclusively, or the exchange is not visible to other threads yet.
    /// </summary>
    public void Apply(EffectivePolicy policy)
    {
        AlternateExchange = ValueRules.Name(Arguments["alternate-exchange"]) ?? policy.Text("alternate-exchange");
        if (DeduplicationSettings.OfExchange(Type, Arguments, policy) is { } settings)
            Deduplication?.Apply(settings);
    }

    /// <summary>Validates a new binding. Returns false if the exchange has the binding already.</summary>
    /// <exception cref="BrokerException">406: the arguments of the binding are invalid for this exchange type.</exception>
    public bool Accepts(Binding binding)
    {
        if (_bindings.Contains(binding))
            return false;
        _router.Validate(binding);
        return true;
    }

    /// <summary>Checks the arguments of a binding. Needs no lock.</summary>
    /// <exception cref="BrokerException">406: the arguments are invalid for this exchange type.</exception>
    public void Validate(Binding binding) => _router.Validate(binding);

    /// <summary>Raised under the topology lock when a binding was added (true) or removed (false). Handlers must not wait.</summary>
    public event Action<Binding, bool>? BindingChanged;

    /// <summary>Adds a binding for which <see cref="Accepts"/> is true.</summary>
    public void Add(Binding binding)
    {
        _bindings.Add(binding);
        _router.Add(binding);
        BindingChanged?.Invoke(binding, true);
    }

    /// <summary>Removes a binding. Returns false if the exchange has no such binding.</summary>
    /// <param name="binding">A binding that is equal to the binding to remove.</param>
    /// <param name="removed">The removed binding, as saved in the catalog. Its arguments may be in another order.</param>
    public bool Remove(Binding binding, [NotNullWhen(true)] out Binding? removed)
    {
        if (!_bindings.TryGetValue(binding, out removed))
            return false;
        _bindings.Remove(removed);
        _router.Remove(removed);
        BindingChanged?.Invoke(removed, false);
        return true;
    }

    /// <summary>Adds the destinations of a message to its route.</summary>
    public void Route(in RoutedMessage message, RouteFinder route) => _router.Route(message, route);

    /// <summary>
    /// Returns true at most once a minute, to limit the warnings about a missing alternate exchange. Any thread may call this.
    /// </summary>
    public bool MustTellOfMissingAlternate(TimeProvider clock)
    {
        long last = Interlocked.Read(ref _warnedAt), now = clock.GetTimestamp();
        return (last == 0 || clock.GetElapsedTime(last, now) >= _warningInterval)
            && Interlocked.CompareExchange(ref _warnedAt, now, last) == last;
    }
}

/// <summary>Flags with which an exchange was declared.</summary>
[Flags]
internal enum ExchangeFlags
{
    None = 0,

    /// <summary>The exchange survives a restart.</summary>
    Durable = 1,

    /// <summary>The exchange is deleted when its last binding is removed.</summary>
    AutoDelete = 2,

    /// <summary>Clients cannot publish to the exchange. Messages reach it only through bindings from other exchanges.</summary>
    Internal = 4,

    /// <summary>
    /// The exchange drops repeats, and has two consecutive queues in the message store. The second one holds the keys of its messages.
    /// </summary>
    Keys = 8,
}
