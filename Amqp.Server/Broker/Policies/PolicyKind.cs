namespace Amqp.Server.Broker.Policies;

/// <summary>Who made a policy, and with it what it may say and whether it outweighs another.</summary>
internal enum PolicyKind
{
    /// <summary>Made by users with the tag policymaker; all keys.</summary>
    User,

    /// <summary>Made by administrators to bound what users may take; a few keys, merged over the user policy.</summary>
    Operator,
}
