using System.Collections.Concurrent;
using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Routing;

/// <summary>The exchanges of a virtual host, by name, and the way of a message among them.</summary>
/// <remarks>Any thread may look an exchange up. Additions and removals are made under <see cref="Lock"/>, held exclusively.</remarks>
/// <param name="virtualHost">The name of the virtual host.</param>
/// <param name="clock">Says when it is time to complain again.</param>
/// <param name="logger">For complaints about missing alternate exchanges.</param>
internal sealed class RoutingTable(string virtualHost, TimeProvider clock, ILogger logger) : IDisposable
{
    private readonly ConcurrentDictionary<string, Exchange> _exchanges = new();

    /// <summary>Guards exchanges and bindings: held shared to route, exclusively to change them.</summary>
    public TopologyLock Lock { get; } = new();

    /// <summary>Who takes replies by direct reply-to.</summary>
    public ReplyConsumers Replies { get; } = new();

    public IEnumerable<Exchange> All => _exchanges.Select(entry => entry.Value);

    /// <summary>How many exchanges there are, the predeclared ones among them.</summary>
    public int Count => _exchanges.Count;

    /// <inheritdoc cref="TopologyLock.Version"/>
    public int Version => Lock.Version;

    /// <inheritdoc cref="TopologyLock.Declarations"/>
    public int Declarations => Lock.Declarations;

    /// <summary>Changes whenever a queue or an exchange has come or gone, or a route may have changed otherwise.</summary>
    public int Changes => unchecked(Version + Declarations);

    public Exchange? Find(string name) => _exchanges.GetValueOrDefault(name);

    /// <summary>Adds an exchange, in place of one of its name.</summary>
    public void Add(Exchange exchange) => _exchanges[exchange.Name] = exchange;

    public void Remove(Exchange exchange) => _exchanges.TryRemove(exchange.Name, out _);

    /// <summary>Finds the queues that a message goes to.</summary>
    public void Follow(Exchange exchange, in RoutedMessage message, RouteFinder finder)
    {
        using (Lock.Share())
            finder.Follow(exchange, message);
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
