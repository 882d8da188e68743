namespace Amqp.Server.Broker.Policies;

/// <summary>Kinds of policies. They differ in who sets them and in the keys that they can have.</summary>
internal enum PolicyKind
{
    /// <summary>Set by users with the tag policymaker. Can have all keys.</summary>
    User,

    /// <summary>Set by administrators to limit resources. Can have only some keys, and is merged with the user policy.</summary>
    Operator,
}
