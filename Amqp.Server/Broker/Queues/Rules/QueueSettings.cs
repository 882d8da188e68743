using Amqp.Server.Broker.Policies;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>What applies to a queue now: its arguments, and what policies add to them. Immutable.</summary>
internal sealed record QueueSettings
{
    private static readonly QueueSettings _none = new(); // of most queues

    /// <summary>Classic unless it was declared as something else.</summary>
    public QueueType Type { get; private init; }

    /// <summary>How long a message may wait, in milliseconds; null: for ever.</summary>
    public long? MessageTtl { get; private init; }

    /// <summary>How long the queue may be unused before it is deleted, in milliseconds; null: for ever.</summary>
    public long? Expires { get; private init; }

    /// <summary>The exchange for messages that die here; null: they are dropped.</summary>
    public string? DeadLetterExchange { get; private init; }

    /// <summary>The routing key for messages that die here; null: they keep their own.</summary>
    public string? DeadLetterRoutingKey { get; private init; }

    /// <summary>RabbitMQ's name for the way in which they die, for the statistics: here all ways are the same.</summary>
    public DeadLetterStrategy DeadLetterStrategy { get; private init; }

    /// <summary>How many messages may be ready; null: any number.</summary>
    public long? MaxLength { get; private init; }

    /// <summary>How many bytes their bodies may have together; null: any number.</summary>
    public long? MaxLengthBytes { get; private init; }

    /// <summary>What becomes of a message too many.</summary>
    public Overflow Overflow { get; private init; }

    /// <summary>The highest priority that is told from those below it, 0 to 255. It never changes.</summary>
    public int MaxPriority { get; private init; }

    /// <summary>How often a message may be requeued before it dies; null: any number of times.</summary>
    public long? DeliveryLimit { get; private init; }

    /// <summary>How long a delivery may stay unacknowledged, in milliseconds; null: as the broker's configuration says.</summary>
    public long? ConsumerTimeout { get; private init; }

    /// <summary>Only the first of the consumers gets messages; the others stand by. It never changes.</summary>
    public bool SingleActiveConsumer { get; private init; }

    /// <summary>Publishes to a full queue are refused.</summary>
    public bool RejectsPublishes => Overflow != Overflow.DropHead && (MaxLength ?? MaxLengthBytes) is not null;

    /// <summary>Deliveries are counted, and consumers are told how many there were. Not in a queue with priorities, which notes those of its messages.</summary>
    public bool CountsDeliveries => (Type.CountsDeliveries || DeliveryLimit is not null) && MaxPriority == 0;

    /// <summary>True when a publish has nothing to look at but whether the message expires by itself.</summary>
    public bool IsPlain => MessageTtl is null && MaxLength is null && MaxLengthBytes is null && MaxPriority == 0;

    /// <summary>Puts arguments and policies together: of two numbers the smaller counts, of two texts the argument.</summary>
    public static QueueSettings Resolve(QueueArguments arguments, EffectivePolicy policy)
    {
        if (arguments.Table.Count == 0 && policy.Definition.Count == 0)
            return _none;
        return new QueueSettings
        {
            Type = arguments.Type,
            MessageTtl = Least("message-ttl"),
            Expires = Least("expires"),
            DeadLetterExchange = First("dead-letter-exchange"),
            DeadLetterRoutingKey = First("dead-letter-routing-key"),
            DeadLetterStrategy = First("dead-letter-exchange") is null ? DeadLetterStrategy.Disabled
                : First("dead-letter-strategy") == "at-least-once" && arguments.Type.HasDeadLetterStrategy ? DeadLetterStrategy.AtLeastOnce
                : DeadLetterStrategy.AtMostOnce,
            MaxLength = Least("max-length"),
            MaxLengthBytes = Least("max-length-bytes"),
            Overflow = First("overflow") switch
            {
                "reject-publish" => Overflow.RejectPublish,
                "reject-publish-dlx" => Overflow.RejectPublishDeadLetter,
                _ => Overflow.DropHead,
            },
            MaxPriority = (int)(arguments.Integer("x-max-priority") ?? 0),
            DeliveryLimit = Least("delivery-limit") is { } limit and >= 0 ? limit : null, // -1 stands for none
            ConsumerTimeout = Least("consumer-timeout"),
            SingleActiveConsumer = arguments.SingleActiveConsumer,
        };

        long? Least(string key) => (arguments.Integer("x-" + key), policy.Integer(key)) switch
        {
            ({ } argument, { } other) => Math.Min(argument, other),
            var (argument, other) => argument ?? other,
        };

        string? First(string key) => arguments.Text("x-" + key) ?? policy.Text(key);
    }
}
