using System.Collections.Concurrent;
using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Routing;

/// <summary>The exchanges of a virtual host, by name. Finds the routes of messages.</summary>
/// <remarks>Any thread may look up an exchange. To add or remove an exchange, a thread holds <see cref="Lock"/> exclusively.</remarks>
/// <param name="virtualHost">Name of the virtual host.</param>
/// <param name="clock">Clock that limits how often a warning is logged.</param>
/// <param name="logger">Log for warnings about missing alternate exchanges.</param>
internal sealed class RoutingTable(string virtualHost, TimeProvider clock, ILogger logger) : IDisposable
{
    private readonly ConcurrentDictionary<string, Exchange> _exchanges = new();

    /// <summary>The topology lock, which guards exchanges and bindings: shared for routing, exclusive for changes.</summary>
    public TopologyLock Lock { get; } = new();

    /// <summary>The clients that wait for direct replies.</summary>
    public ReplyConsumers Replies { get; } = new();

    public IEnumerable<Exchange> All => _exchanges.Select(entry => entry.Value);

    /// <summary>Number of exchanges, including the predeclared ones.</summary>
    public int Count => _exchanges.Count;

    /// <inheritdoc cref="TopologyLock.Version"/>
    public int Version => Lock.Version;

    /// <inheritdoc cref="TopologyLock.Declarations"/>
    public int Declarations => Lock.Declarations;

    /// <summary>Changes whenever a queue or an exchange is added or removed, and whenever a cached route may have become invalid.</summary>
    public int Changes => unchecked(Version + Declarations);

    public Exchange? Find(string name) => _exchanges.GetValueOrDefault(name);

    /// <summary>Adds an exchange, or replaces the exchange with the same name.</summary>
    public void Add(Exchange exchange) => _exchanges[exchange.Name] = exchange;

    public void Remove(Exchange exchange) => _exchanges.TryRemove(exchange.Name, out _);

    /// <summary>Finds the route of a message, and logs a missing alternate exchange.</summary>
    /// <inheritdoc cref="RouteFinder.Follow"/>
    public void Follow(Exchange exchange, in RoutedMessage message, RouteFinder finder, bool hasPassed = false)
    {
        using (Lock.Share())
            finder.Follow(exchange, message, hasPassed);
        if (finder.WithoutAlternate is { } lacking && lacking.MustTellOfMissingAlternate(clock))
            logger.AlternateExchangeMissing(lacking.Name, virtualHost, lacking.AlternateExchange);
    }

    /// <inheritdoc cref="ChoosingRouter.Choose"/>
    public Choice? Choose(ChoosingRouter router, ReadOnlySpan<byte> routingKey, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> properties)
    {
        using var held = Lock.Share();
        return router.Choose(routingKey, headers, properties);
    }

    public void Dispose() => Lock.Dispose();
}
