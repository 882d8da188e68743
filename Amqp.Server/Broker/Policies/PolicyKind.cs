namespace Amqp.Server.Broker.Policies;

/// <summary>Kinds of policies, with different keys and precedence.</summary>
internal enum PolicyKind
{
    /// <summary>Set by users with the tag policymaker; all keys.</summary>
    User,

    /// <summary>Set by administrators to limit resources; a few keys, merged over the user policy.</summary>
    Operator,
}
