namespace Amqp.Server.Broker.Policies;

/// <summary>Kinds of policies, with different keys and precedence.</summary>
internal enum PolicyKind
{
    /// <summary>Set by users with the tag policymaker. May have all keys.</summary>
    User,

    /// <summary>Set by administrators to limit resources. May have only some keys, and is merged with the user policy.</summary>
    Operator,
}
