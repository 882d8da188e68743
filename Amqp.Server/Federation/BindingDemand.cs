using System.Threading.Channels;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Federation;

/// <summary>Follows the bindings of a federated exchange, and collects the changes that a link has to repeat at its upstream.</summary>
/// <remarks>
/// The lock guards all fields. Bindings change under the topology lock, so the lock here is held for a moment only. However many
/// changes come, each binding is collected once.
/// </remarks>
internal sealed class BindingDemand : IDisposable
{
    private readonly Exchange _exchange;
    private readonly Lock _lock = new();
    private readonly Dictionary<BindingKey, int> _destinations = []; // number of destinations of each binding
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(1); // holds an item while changes wait
    private HashSet<BindingKey> _changes = [];

    private BindingDemand(Exchange exchange) => _exchange = exchange;

    /// <summary>Follows an exchange from now on. Its present bindings are the first changes.</summary>
    public static BindingDemand Follow(Exchange exchange, TopologyLock topology)
    {
        var demand = new BindingDemand(exchange);
        using var held = topology.Share(); // no binding changes meanwhile
        exchange.BindingChanged += demand.Note;
        foreach (var binding in exchange.Bindings)
            demand.Note(binding, isAdded: true);
        return demand;
    }

    /// <summary>Takes all changes, without waiting: each binding, and whether it exists now.</summary>
    public IReadOnlyList<(BindingKey Key, bool Exists)> Take()
    {
        lock (_lock)
        {
            var taken = _changes;
            _changes = [];
            return [.. taken.Select(key => (key, _destinations.ContainsKey(key)))];
        }
    }

    /// <summary>Waits until there are changes to take.</summary>
    public async Task WaitAsync(CancellationToken cancellation) => await _changed.Reader.ReadAsync(cancellation);

    /// <summary>Stops to follow the exchange.</summary>
    public void Dispose() => _exchange.BindingChanged -= Note;

    private void Note(Binding binding, bool isAdded)
    {
        var key = new BindingKey(binding.RoutingKey, binding.Arguments);
        lock (_lock)
        {
            int count = _destinations.GetValueOrDefault(key) + (isAdded ? 1 : -1);
            if (count > 0)
                _destinations[key] = count;
            else
                _destinations.Remove(key);
            if (count == (isAdded ? 1 : 0))
                _changes.Add(key);
        }
        _changed.Writer.TryWrite(true);
    }
}
