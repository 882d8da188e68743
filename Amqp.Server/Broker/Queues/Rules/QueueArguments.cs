using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>The x-arguments of queue.declare: checked once as RabbitMQ checks them, compared on a redeclare.</summary>
internal sealed class QueueArguments
{
    /// <summary>The arguments that queues know: what a value must be, and whether a redeclare must come with the same. Others are only kept.</summary>
    private static readonly (string Name, bool IsCompared, Func<FieldValue, string?> Check)[] _known =
    [
        ("x-expires", true, ValueRules.Of("expires")),
        ("x-message-ttl", true, ValueRules.Of("message-ttl")),
        ("x-dead-letter-exchange", true, value => value.Type == FieldType.LongString ? ValueRules.Of("dead-letter-exchange")(value) : null), // has a text of its own for a wrong type
        ("x-dead-letter-routing-key", true, ValueRules.Of("dead-letter-routing-key")),
        ("x-dead-letter-strategy", false, ValueRules.Of("dead-letter-strategy")),
        ("x-max-length", true, ValueRules.Of("max-length")),
        ("x-max-length-bytes", true, ValueRules.Of("max-length-bytes")),
        ("x-max-priority", true, ValueRules.Of("max-priority")),
        ("x-overflow", true, ValueRules.Of("overflow")),
        ("x-queue-mode", true, ValueRules.Of("queue-mode")),
        ("x-queue-version", true, ValueRules.Of("queue-version")),
        ("x-single-active-consumer", true, value => value.Type == FieldType.Boolean ? null : ValueRules.Unacceptable(value)),
        ("x-delivery-limit", false, value => ValueRules.Integer(value, min: -1)), // -1 stands for none, which no policy says
        ("x-consumer-timeout", false, ValueRules.Of("consumer-timeout")),
        (QueueKinds.Argument, true, value => ValueRules.OneOf(value, "queue type", [.. QueueKinds.Names])),
        ("x-queue-master-locator", true, _ => null),
    ];

    private QueueArguments(FieldTable table) => Table = table;

    /// <summary>The arguments that queues know.</summary>
    public static IEnumerable<string> Names => _known.Select(argument => argument.Name);

    /// <summary>As the client sent them.</summary>
    public FieldTable Table { get; }

    /// <summary>Classic unless the arguments name another type.</summary>
    public QueueType Type => QueueKinds.Of(Table[QueueKinds.Argument]);

    /// <summary>Only the first of the queue's consumers gets messages; the others stand by.</summary>
    public bool SingleActiveConsumer => Table["x-single-active-consumer"] is { Type: FieldType.Boolean } single && single.AsBoolean();

    /// <summary>How many places the queue has in the store: one for each priority that is told apart, and one for what is returned to it.</summary>
    public int LevelsOf(QueueFlags flags) => 1 + (int)(Integer("x-max-priority") ?? 0) + ((flags & QueueFlags.Returns) != 0 ? 1 : 0);

    /// <summary>Whether a new queue gets places for what is returned to it. Where there are priorities each message has its place among them.</summary>
    public bool HasReturns => Type.StoresReturnsAnew && Integer("x-max-priority") is null;

    /// <summary>An argument's number; null when it is absent or no integer.</summary>
    public long? Integer(string name) => Table[name] is { IsInteger: true } value ? value.AsInteger() : null;

    /// <summary>An argument's text; null when it is absent, no text, or longer than names are.</summary>
    public string? Text(string name) => ValueRules.Name(Table[name]);

    /// <exception cref="BrokerException">406: a value has the wrong type or is out of range. 540: a stream.</exception>
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

    /// <summary>Takes arguments that were checked before, when the queue was first declared.</summary>
    public static QueueArguments FromStored(FieldTable table) => new(table);

    /// <summary>A redeclare must come with the same arguments, as far as queues know them.</summary>
    /// <exception cref="BrokerException">406: it does not.</exception>
    public void DemandEquivalent(FieldTable received, string queue, string virtualHost)
    {
        foreach (var (name, isCompared, _) in _known)
        {
            if (!isCompared)
                continue;
            FieldValue? mine = Table[name], theirs = received[name];
            if (ArgumentTypes.AreEquivalent(mine, theirs) || (name == QueueKinds.Argument && QueueKinds.NameOf(mine) == QueueKinds.NameOf(theirs)))
                continue;
            throw ArgumentTypes.Inequivalent(name, "queue", queue, virtualHost, theirs, mine);
        }
    }
}
