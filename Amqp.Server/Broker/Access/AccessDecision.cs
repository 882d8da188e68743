namespace Amqp.Server.Broker.Access;

/// <summary>The answer to the question if a user may access a queue or exchange.</summary>
/// <param name="IsAllowed">True if the user may.</param>
/// <param name="Expression">The regular expression that decided; null if the user has no permission in the virtual host.</param>
/// <param name="Reason">A sentence for the reader.</param>
internal sealed record AccessDecision(bool IsAllowed, string? Expression, string Reason)
{
    /// <summary>Name of the default exchange in permissions.</summary>
    public const string DefaultExchange = "amq.default";

    /// <summary>Decides with the permissions by which AMQP requests are decided.</summary>
    /// <param name="permissions">All permissions.</param>
    /// <param name="user">Name of the user.</param>
    /// <param name="virtualHost">Name of the virtual host.</param>
    /// <param name="kind">Kind of access.</param>
    /// <param name="name">Name of the queue or exchange; empty for the default exchange.</param>
    /// <param name="topic">Routing key to use with a topic exchange; null for another exchange, or a queue.</param>
    public static AccessDecision Of(
        PermissionStore permissions, string user, string virtualHost, AccessKind kind, string name, string? topic)
    {
        string asked = name.Length > 0 ? name : DefaultExchange;
        if (permissions.Find(virtualHost, user) is not { } permission)
            return new AccessDecision(false, null, $"User '{user}' has no permission in virtual host '{virtualHost}'.");
        string expression = permission.PatternOf(kind).Text;
        if (!permissions.Allows(virtualHost, user, kind, asked))
            return new AccessDecision(false, expression, Describe(kind, expression, asked, isMatch: false));
        if (topic is null || permissions.FindTopic(virtualHost, user, asked) is not { } topics)
            return new AccessDecision(true, expression, Describe(kind, expression, asked, isMatch: true));
        string ofTopics = kind == AccessKind.Write ? topics.Write : topics.Read;
        bool isAllowed = permissions.AllowsTopic(virtualHost, user, kind, asked, topic);
        return new AccessDecision(
            isAllowed, ofTopics, $"Topic permission on exchange '{asked}': {Describe(kind, ofTopics, topic, isAllowed)}");
    }

    private static string Describe(AccessKind kind, string expression, string name, bool isMatch) => expression.Length == 0
        ? $"The {kind.Word()} expression is empty, and matches nothing."
        : $"The {kind.Word()} expression '{expression}' {(isMatch ? "matches" : "does not match")} '{name}'.";
}
