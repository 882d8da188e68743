using System.Text;
using Amqp.Protocol;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Deduplication;

/// <summary>The settings by which a queue or an exchange drops repeats. They result from its arguments and its policies.</summary>
/// <param name="Header">Name of the message header with the key; <see cref="MessageIdProperty"/> stands for a property.</param>
/// <param name="Size">Number of keys to keep; null for no limit of its own.</param>
/// <param name="Lifetime">Time in milliseconds for which a key is kept; null for no limit.</param>
internal sealed record DeduplicationSettings(string Header, long? Size, long? Lifetime)
{
    /// <summary>Name of the exchange type of RabbitMQ's plugin.</summary>
    public const string ExchangeType = "x-message-deduplication";

    /// <summary>Name of the argument that turns deduplication on. The names of the arguments are also those of the policy keys.</summary>
    public const string Argument = "x-message-deduplication";

    public const string SizeArgument = "x-cache-size";
    public const string LifetimeArgument = "x-cache-ttl";
    public const string PersistenceArgument = "x-cache-persistence";

    /// <summary>Name of the argument with the name of the header. No policy key.</summary>
    public const string HeaderArgument = "x-deduplication-header";

    /// <summary>Number of keys that an exchange keeps without <see cref="SizeArgument"/>, as in LavinMQ.</summary>
    private const long DefaultSize = 128;

    /// <summary>With this header name, the property message-id is the key of a message without such a header.</summary>
    private const string MessageIdProperty = "message-id";

    private const string Memory = "memory";

    /// <summary>The arguments that decide about deduplication, except for the first one.</summary>
    public static IReadOnlyList<string> Details { get; } = [SizeArgument, LifetimeArgument, PersistenceArgument, HeaderArgument];

    /// <summary>The name of the header in UTF-8.</summary>
    public byte[] EncodedHeader { get; } = Encoding.UTF8.GetBytes(Header);

    /// <summary>True if the property message-id is the key of a message without the header.</summary>
    public bool UsesMessageId { get; } = Header == MessageIdProperty;

    /// <summary>
    /// True if a key is kept exactly as long as its message is in the queue, as in RabbitMQ's plugin. False if the keys form a window that
    /// does not depend on the consumers.
    /// </summary>
    public bool FollowsMessages => Size is null && Lifetime is null;

    /// <summary>Returns the settings of a queue; null if it does not drop repeats.</summary>
    public static DeduplicationSettings? OfQueue(FieldTable arguments, EffectivePolicy policy) =>
        IsOn(arguments, policy) ? Resolve(arguments, policy) : null;

    /// <summary>Returns the settings of an exchange; null if it does not drop repeats. An exchange always keeps a window of keys.</summary>
    /// <remarks>As in RabbitMQ's plugin, a policy changes the window, but does not turn the deduplication of an exchange on.</remarks>
    public static DeduplicationSettings? OfExchange(string type, FieldTable arguments, EffectivePolicy policy)
    {
        if (!IsOfType(type, arguments) && !IsOn(arguments))
            return null;
        var settings = Resolve(arguments, policy);
        return settings with { Size = settings.Size ?? DefaultSize };
    }

    /// <summary>True if the keys of a durable queue or exchange survive a restart. Policies do not decide this.</summary>
    public static bool AreKeysStored(FieldTable arguments) =>
        arguments[PersistenceArgument] is not { Type: FieldType.LongString } persistence || persistence.AsString() != Memory;

    /// <summary>True if the type of an exchange, or the type by which it routes delayed messages, is <see cref="ExchangeType"/>.</summary>
    public static bool IsOfType(string type, FieldTable arguments) =>
        type == ExchangeType || (arguments["x-delayed-type"] is { Type: FieldType.LongString } inner && inner.AsString() == ExchangeType);

    /// <summary>True if the argument <see cref="Argument"/> turns deduplication on.</summary>
    public static bool IsOn(FieldTable arguments) => IsTrue(arguments[Argument]);

    private static bool IsOn(FieldTable arguments, EffectivePolicy policy) => IsOn(arguments) || IsTrue(In(policy, Argument));

    private static DeduplicationSettings Resolve(FieldTable arguments, EffectivePolicy policy) => new(
        ValueRules.Name(arguments[HeaderArgument]) ?? HeaderArgument,
        Least(SizeArgument, arguments, policy),
        Least(LifetimeArgument, arguments, policy));

    private static long? Least(string name, FieldTable arguments, EffectivePolicy policy) =>
        (ValueRules.NumberOf(arguments[name]), ValueRules.NumberOf(In(policy, name))) switch
        {
            ({ } argument, { } other) => Math.Min(argument, other),
            var (argument, other) => argument ?? other,
        };

    private static FieldValue? In(EffectivePolicy policy, string key) =>
        policy.Definition.TryGetValue(key, out var value) ? value : null;

    private static bool IsTrue(FieldValue? value) => value is { Type: FieldType.Boolean } given && given.AsBoolean();
}
