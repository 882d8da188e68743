using Amqp.Server.Broker.Deduplication;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Exchanges.Delayed;
using Amqp.Server.Broker.Exchanges.Hashing;
using Amqp.Server.Broker.Exchanges.History;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Exchanges;

/// <summary>The exchange types that clients may declare. Creates the router of each exchange.</summary>
internal static class Routers
{
    private static readonly Dictionary<string, Func<ExchangeDeclaration, IRouter>> _byType = new()
    {
        ["direct"] = _ => new DirectRouter(),
        ["fanout"] = _ => new FanoutRouter(),
        ["topic"] = _ => new TopicRouter(),
        ["headers"] = _ => new HeadersRouter(),
        ["x-consistent-hash"] = exchange => new ConsistentHashRouter(new HashSource(exchange)),
        ["x-modulus-hash"] = _ => new ModulusHashRouter(),
        ["x-random"] = _ => new RandomRouter(),
        ["x-local-random"] = _ => new LocalRandomRouter(),
        ["x-recent-history"] = exchange => new RecentHistoryRouter(exchange.Arguments),
        [DeduplicationSettings.ExchangeType] = _ => new FanoutRouter(), // the exchange itself drops the repeats
        [FederationUpstreamRouter.TypeName] = exchange => new FederationUpstreamRouter(exchange.Arguments),
        [DelayedMessageRouter.TypeName] = exchange => new DelayedMessageRouter(exchange, Create),
    };

    /// <summary>Names of the exchange types, sorted.</summary>
    public static IEnumerable<string> Types => _byType.Keys.Order(StringComparer.Ordinal);

    /// <exception cref="BrokerException">503: there is no exchange type with this name.</exception>
    public static void DemandType(string type)
    {
        if (!_byType.ContainsKey(type))
            throw new BrokerException(
                BrokerError.UnknownType, type.Length == 0 ? "invalid exchange type ''" : $"unknown exchange type '{type}'");
    }

    /// <summary>Creates the router of an exchange.</summary>
    /// <exception cref="BrokerException">406: the arguments are invalid for the exchange's type. 503: the type is unknown.</exception>
    public static IRouter Create(ExchangeDeclaration exchange)
    {
        DemandType(exchange.Type);
        return _byType[exchange.Type](exchange);
    }
}
