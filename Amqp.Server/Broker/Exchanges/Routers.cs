namespace Amqp.Server.Broker.Exchanges;

/// <summary>The exchange types that a client may declare.</summary>
internal static class Routers
{
    private static readonly Dictionary<string, Func<IRouter>> _byType = new()
    {
        ["direct"] = () => new DirectRouter(),
        ["fanout"] = () => new FanoutRouter(),
        ["topic"] = () => new TopicRouter(),
        ["headers"] = () => new HeadersRouter(),
    };

    /// <summary>The names of the types.</summary>
    public static IEnumerable<string> Types => _byType.Keys.Order(StringComparer.Ordinal);

    /// <summary>A router for a type, or null for a type that there is not.</summary>
    public static IRouter? Create(string type) => _byType.GetValueOrDefault(type)?.Invoke();
}
