using Amqp.Protocol;
using Amqp.Server.Broker.Deduplication;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>The x-arguments of a queue, validated as in RabbitMQ. A redeclaration must repeat the values of some arguments.</summary>
internal sealed class QueueArguments
{
    /// <summary>The known arguments, with checks of their values. <c>IsCompared</c>: a redeclaration must repeat the value.</summary>
    private static readonly (string Name, bool IsCompared, Func<FieldValue, string?> Check)[] _known =
    [
        ("x-expires", true, ValueRules.Of("expires")),
        ("x-message-ttl", true, ValueRules.Of("message-ttl")),
        // Parse checks the type of this argument, because RabbitMQ has a special error text for a wrong type.
        ("x-dead-letter-exchange", true, value => value.Type == FieldType.LongString ? ValueRules.Of("dead-letter-exchange")(value) : null),
        ("x-dead-letter-routing-key", true, ValueRules.Of("dead-letter-routing-key")),
        ("x-dead-letter-strategy", false, ValueRules.Of("dead-letter-strategy")),
        ("x-max-length", true, ValueRules.Of("max-length")),
        ("x-max-length-bytes", true, ValueRules.Of("max-length-bytes")),
        ("x-max-priority", true, ValueRules.Of("max-priority")),
        ("x-overflow", true, ValueRules.Of("overflow")),
        ("x-queue-mode", true, ValueRules.Of("queue-mode")),
        ("x-queue-version", true, ValueRules.Of("queue-version")),
        ("x-single-active-consumer", true, value => value.Type == FieldType.Boolean ? null : ValueRules.Unacceptable(value)),
        ("x-delivery-limit", false, value => ValueRules.Integer(value, min: -1)), // -1 means no limit; policies do not accept -1
        ("x-consumer-timeout", false, ValueRules.Of("consumer-timeout")),
        (QueueKinds.Argument, true, value => ValueRules.OneOf(value, "queue type", [.. QueueKinds.Names])),
        ("x-queue-master-locator", true, _ => null),
        (DeduplicationSettings.Argument, true, ValueRules.Of("message-deduplication")),
        (DeduplicationSettings.SizeArgument, true, ValueRules.Of("cache-size")),
        (DeduplicationSettings.LifetimeArgument, true, ValueRules.Of("cache-ttl")),
        (DeduplicationSettings.PersistenceArgument, true, ValueRules.Of("cache-persistence")),
        (DeduplicationSettings.HeaderArgument, true, ValueRules.Of("deduplication-header")),
    ];

    private QueueArguments(FieldTable table) => Table = table;

    /// <summary>Names of the arguments that the broker knows.</summary>
    public static IEnumerable<string> Names => _known.Select(argument => argument.Name);

    /// <summary>The arguments as the client sent them.</summary>
    public FieldTable Table { get; }

    /// <summary>Type of the queue; classic if the arguments name none.</summary>
    public QueueType Type => QueueKinds.Of(Table[QueueKinds.Argument]);

    /// <summary>True if only one consumer receives messages. When that consumer leaves the queue, another consumer replaces it.</summary>
    public bool SingleActiveConsumer => Table["x-single-active-consumer"] is { Type: FieldType.Boolean } single && single.AsBoolean();

    /// <summary>
    /// Number of queues in the message store: one for each priority and, with <see cref="QueueFlags.Returns"/>, one for returned messages.
    /// </summary>
    public int LevelsOf(QueueFlags flags) => 1 + (int)(Integer("x-max-priority") ?? 0) + ((flags & QueueFlags.Returns) != 0 ? 1 : 0);

    /// <summary>Number of queues in the message store, including the one for keys with <see cref="QueueFlags.Keys"/>.</summary>
    public int NumbersOf(QueueFlags flags) => LevelsOf(flags) + ((flags & QueueFlags.Keys) != 0 ? 1 : 0);

    /// <summary>True if a new durable queue gets a queue in the store for the keys of its messages.</summary>
    public bool HasKeys => DeduplicationSettings.AreKeysStored(Table)
        && DeduplicationSettings.OfQueue(Table, EffectivePolicy.None) is { FollowsMessages: false };

    /// <summary>True if a new queue gets a second queue in the store, for the messages that clients return.</summary>
    public bool HasReturns => Type.StoresReturnsAnew && Integer("x-max-priority") is null;

    /// <summary>Returns an argument as a number; null if the argument is missing or is not an integer.</summary>
    public long? Integer(string name) => Table[name] is { IsInteger: true } value ? value.AsInteger() : null;

    /// <summary>Returns the text of an argument; null if the argument is missing or is not a text of at most 255 bytes.</summary>
    public string? Text(string name) => ValueRules.Name(Table[name]);

    /// <summary>Validates the arguments of a new queue.</summary>
    /// <exception cref="BrokerException">
    /// 406: a value has the wrong type or is out of range. 540: the arguments request a stream.
    /// </exception>
    public static QueueArguments Parse(FieldTable table, string queue, string virtualHost)
    {
        foreach (var (name, _, check) in _known)
            if (table[name] is { } value && check(value) is { } reason)
                throw ArgumentTypes.Invalid(name, queue, virtualHost, reason);
        if (table["x-dead-letter-exchange"] is { Type: not FieldType.LongString } exchange)
            throw ArgumentTypes.WrongType(exchange, "x-dead-letter-exchange", "queue", queue, virtualHost);
        if (table["x-dead-letter-routing-key"] is not null && table["x-dead-letter-exchange"] is null)
            throw ArgumentTypes.Invalid("x-dead-letter-routing-key", queue, virtualHost, "routing_key_but_no_dlx_defined");
        if (QueueKinds.IsRefused(QueueKinds.NameOf(table[QueueKinds.Argument])))
            throw new BrokerException(BrokerError.NotSupported, $"queue '{queue}' in vhost '{virtualHost}': this broker has no streams");
        return new QueueArguments(table);
    }

    /// <summary>Creates the arguments of a stored queue. The arguments were validated when the queue was first declared.</summary>
    public static QueueArguments FromStored(FieldTable table) => new(table);

    /// <summary>Throws if a redeclaration has another value for a compared argument.</summary>
    /// <exception cref="BrokerException">406: an argument differs. The text names the first such argument.</exception>
    public void DemandEquivalent(FieldTable received, string queue, string virtualHost)
    {
        foreach (var (name, isCompared, _) in _known)
        {
            if (!isCompared)
                continue;
            FieldValue? mine = Table[name], theirs = received[name];
            if (ArgumentTypes.AreEquivalent(mine, theirs)
                || (name == QueueKinds.Argument && QueueKinds.NameOf(mine) == QueueKinds.NameOf(theirs)))
                continue;
            throw ArgumentTypes.Inequivalent(name, "queue", queue, virtualHost, theirs, mine);
        }
    }
}
