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

    /// <summary>Whether there is such a type.</summary>
    public static bool IsKnown(string type) => _byType.ContainsKey(type);

    /// <summary>A router for a type, or null for a type that there is not.</summary>
    public static IRouter? Create(string type) => _byType.GetValueOrDefault(type)?.Invoke();
}
