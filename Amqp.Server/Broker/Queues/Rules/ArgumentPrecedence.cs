using Amqp.Protocol;
using Amqp.Server.Broker.Deduplication;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>The rules that decide between an argument of a queue and a policy, if both have a value for a key.</summary>
internal static class ArgumentPrecedence
{
    private const string Prefix = "x-";

    /// <summary>Keys of numbers that limit a queue.</summary>
    private static readonly HashSet<string> _limits =
    [
        "message-ttl", "expires", "max-length", "max-length-bytes", "delivery-limit", "consumer-timeout",
        DeduplicationSettings.SizeArgument, DeduplicationSettings.LifetimeArgument,
    ];

    /// <summary>Returns the name of the argument for a key of a policy.</summary>
    public static string ArgumentOf(string key) => key.StartsWith(Prefix, StringComparison.Ordinal) ? key : Prefix + key;

    /// <summary>Returns the key of a policy for an argument. An argument without such a key keeps its name.</summary>
    public static string KeyOf(string argument) => !argument.StartsWith(Prefix, StringComparison.Ordinal)
        || argument == DeduplicationSettings.Argument
        || DeduplicationSettings.Details.Contains(argument)
            ? argument
            : argument[Prefix.Length..];

    /// <summary>True if the smaller number applies. For all other keys, the argument applies.</summary>
    public static bool IsLimit(string key) => _limits.Contains(key);

    /// <summary>Returns true if the argument applies, and false if the policy applies.</summary>
    public static bool ArgumentWins(string key, FieldValue argument, FieldValue policy) =>
        IsLimit(key) ? ValueRules.NumberOf(argument) is { } mine && !(ValueRules.NumberOf(policy) < mine)
        : key != DeduplicationSettings.Argument || IsTrue(argument) || !IsTrue(policy);

    /// <summary>Chooses between the values of an argument and of a policy, each of which may be missing.</summary>
    public static FieldValue? Choose(string key, FieldValue? argument, FieldValue? policy) => (argument, policy) switch
    {
        ({ } mine, { } other) => ArgumentWins(key, mine, other) ? mine : other,
        _ => argument ?? policy,
    };

    private static bool IsTrue(FieldValue value) => value.Type == FieldType.Boolean && value.AsBoolean();
}
