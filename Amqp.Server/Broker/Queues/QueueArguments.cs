using Amqp.Protocol;

namespace Amqp.Server.Broker.Queues;

/// <summary>The x-arguments of queue.declare: checked once as RabbitMQ checks them, compared on a redeclare.</summary>
internal sealed class QueueArguments
{
    private const long MaxMilliseconds = 315_360_000_000; // RabbitMQ's longest timer: ten years

    /// <summary>The arguments that queues know: what a value must be, and whether a redeclare must come with the same. Others are only kept.</summary>
    private static readonly (string Name, bool IsCompared, Func<FieldValue, string?> Check)[] _known =
    [
        ("x-expires", true, value => Integer(value, min: 1, MaxMilliseconds)),
        ("x-message-ttl", true, value => Integer(value, min: 0, MaxMilliseconds)),
        ("x-dead-letter-exchange", true, _ => null), // has a text of its own for a wrong type
        ("x-dead-letter-routing-key", true, Text),
        ("x-dead-letter-strategy", false, value => OneOf(value, "dead letter strategy", "at-most-once", "at-least-once")),
        ("x-max-length", true, value => Integer(value, min: 0)),
        ("x-max-length-bytes", true, value => Integer(value, min: 0)),
        ("x-max-priority", true, value => Integer(value, min: 0, max: 255, tooLarge: "max_value_exceeded")),
        ("x-overflow", true, value => Text(value) ?? (_overflows.Contains(value.AsString()) ? null : "invalid_overflow")),
        ("x-queue-mode", true, value => OneOf(value, "queue mode", "default", "lazy")),
        ("x-queue-version", true, value => Integer(value, min: 0) ?? (value.AsInteger() is 1 or 2 ? null : $"\"unsupported queue version '{value}'\"")),
        ("x-single-active-consumer", true, value => value.Type == FieldType.Boolean ? null : Unacceptable(value)),
        ("x-delivery-limit", false, value => Integer(value, min: -1)),
        ("x-consumer-timeout", false, value => Integer(value, min: 0)),
        ("x-queue-type", true, value => OneOf(value, "queue type", "classic", "quorum", "stream")),
        ("x-queue-master-locator", true, _ => null),
    ];

    private static readonly string[] _overflows = ["drop-head", "reject-publish", "reject-publish-dlx"];

    private QueueArguments(FieldTable table) => Table = table;

    /// <summary>As the client sent them.</summary>
    public FieldTable Table { get; }

    /// <summary>classic or quorum; those that do not say are classic.</summary>
    public string Type => TypeName(Table["x-queue-type"]);

    /// <summary>Only the first of the queue's consumers gets messages; the others stand by.</summary>
    public bool SingleActiveConsumer => Table["x-single-active-consumer"] is { Type: FieldType.Boolean } single && single.AsBoolean();

    /// <summary>How many places the queue has in the store: one for each priority that is told apart, and one for what is returned to it.</summary>
    public int LevelsOf(QueueFlags flags) => 1 + (int)(Integer("x-max-priority") ?? 0) + ((flags & QueueFlags.Returns) != 0 ? 1 : 0);

    /// <summary>Whether a new queue gets places for what is returned to it. Where there are priorities each message has its place among them.</summary>
    public bool HasReturns => Type == "quorum" && Integer("x-max-priority") is null;

    /// <summary>An argument's number; null when it is absent or no integer.</summary>
    public long? Integer(string name) => Table[name] is { IsInteger: true } value ? value.AsInteger() : null;

    /// <summary>An argument's text; null when it is absent or no text.</summary>
    public string? Text(string name) => Table[name] is { Type: FieldType.LongString } value ? value.AsString() : null;

    /// <exception cref="AmqpException">406: a value has the wrong type or is out of range. 540: a stream.</exception>
    public static QueueArguments Parse(FieldTable table, string queue, string virtualHost)
    {
        foreach (var (name, _, check) in _known)
            if (table[name] is { } value && check(value) is { } reason)
                throw ArgumentTypes.Invalid(name, queue, virtualHost, reason);
        if (table["x-dead-letter-exchange"] is { Type: not FieldType.LongString } exchange)
            throw ArgumentTypes.WrongType(exchange, "x-dead-letter-exchange", "queue", queue, virtualHost);
        if (table["x-dead-letter-routing-key"] is not null && table["x-dead-letter-exchange"] is null)
            throw ArgumentTypes.Invalid("x-dead-letter-routing-key", queue, virtualHost, "routing_key_but_no_dlx_defined");
        if (TypeName(table["x-queue-type"]) == "stream")
            throw new AmqpException(ReplyCode.NotImplemented, $"queue '{queue}' in vhost '{virtualHost}': this broker has no streams");
        return new QueueArguments(table);
    }

    /// <summary>Takes arguments that were checked before, when the queue was first declared.</summary>
    public static QueueArguments FromStored(FieldTable table) => new(table);

    /// <summary>A redeclare must come with the same arguments, as far as queues know them.</summary>
    /// <exception cref="AmqpException">406: it does not.</exception>
    public void DemandEquivalent(FieldTable received, string queue, string virtualHost)
    {
        foreach (var (name, isCompared, _) in _known)
        {
            if (!isCompared)
                continue;
            FieldValue? mine = Table[name], theirs = received[name];
            if (ArgumentTypes.AreEquivalent(mine, theirs) || (name == "x-queue-type" && TypeName(mine) == TypeName(theirs)))
                continue;
            throw ArgumentTypes.Inequivalent(name, "queue", queue, virtualHost, theirs, mine);
        }
    }

    private static string TypeName(FieldValue? type) => type is { Type: FieldType.LongString } given ? given.AsString() : "classic";

    private static string? Integer(FieldValue value, long min, long max = long.MaxValue, string tooLarge = "value_too_large")
    {
        if (!value.IsInteger)
            return $"\"expected integer, got {ArgumentTypes.NameOf(value.Type)}\"";
        long number = value.AsInteger();
        if (number < min)
            return number < 0 ? $"{{value_negative,{number}}}" : $"{{value_zero,{number}}}";
        return number > max ? $"{{{tooLarge},{number}}}" : null;
    }

    private static string? Text(FieldValue value) => value.Type == FieldType.LongString ? null : Unacceptable(value);

    private static string? OneOf(FieldValue value, string what, params ReadOnlySpan<string> allowed) =>
        Text(value) is { } wrongType ? wrongType : allowed.Contains(value.AsString()) ? null : $"\"unsupported {what} '{value}'\"";

    private static string Unacceptable(FieldValue value) => $"{{unacceptable_type,{ArgumentTypes.NameOf(value.Type)}}}";
}
