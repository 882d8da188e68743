using Amqp.Server.Broker.Policies;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>The settings that apply to a queue: its arguments combined with its policies. Immutable.</summary>
internal sealed record QueueSettings
{
    private static readonly QueueSettings _none = new(); // shared by most queues

    /// <summary>The policies among the settings.</summary>
    public EffectivePolicy Policy { get; private init; } = EffectivePolicy.None;

    /// <summary>Type of the queue: classic by default.</summary>
    public QueueType Type { get; private init; }

    /// <summary>TTL of messages, in milliseconds; null: none.</summary>
    public long? MessageTtl { get; private init; }

    /// <summary>Time after which the unused queue is deleted, in milliseconds; null: never.</summary>
    public long? Expires { get; private init; }

    /// <summary>Exchange for messages that die in the queue; null: such messages are dropped.</summary>
    public string? DeadLetterExchange { get; private init; }

    /// <summary>Routing key for messages that die in the queue; null: each message keeps its own routing key.</summary>
    public string? DeadLetterRoutingKey { get; private init; }

    /// <summary>RabbitMQ's dead-letter strategy, used in statistics only: this broker handles all strategies alike.</summary>
    public DeadLetterStrategy DeadLetterStrategy { get; private init; }

    /// <summary>Maximum number of ready messages; null: no limit.</summary>
    public long? MaxLength { get; private init; }

    /// <summary>Maximum bytes of the bodies of ready messages; null: no limit.</summary>
    public long? MaxLengthBytes { get; private init; }

    /// <summary>Behaviour of the full queue.</summary>
    public Overflow Overflow { get; private init; }

    /// <summary>Highest priority of the queue, 0 to 255; 0: no priorities. Never changes.</summary>
    public int MaxPriority { get; private init; }

    /// <summary>Maximum number of requeues of a message; the message dies at the next requeue. Null: no limit.</summary>
    public long? DeliveryLimit { get; private init; }

    /// <summary>Time that a delivery may stay unacknowledged, in milliseconds; null: the broker's setting applies.</summary>
    public long? ConsumerTimeout { get; private init; }

    /// <inheritdoc cref="QueueArguments.SingleActiveConsumer"/>
    /// <remarks>Never changes.</remarks>
    public bool SingleActiveConsumer { get; private init; }

    /// <summary>True if the full queue refuses publishes.</summary>
    public bool RejectsPublishes => Overflow != Overflow.DropHead && (MaxLength ?? MaxLengthBytes) is not null;

    /// <summary>
    /// True if the requeues of a message are counted, and consumers receive the count in a header. False in a queue with priorities,
    /// because a message's note holds either its priority or the count.
    /// </summary>
    public bool CountsDeliveries { get; private init; } // computed once, because it is read for each delivery

    /// <summary>True if no rule applies to a publish, except the message's own expiration.</summary>
    public bool IsPlain => MessageTtl is null && MaxLength is null && MaxLengthBytes is null && MaxPriority == 0;

    /// <summary>
    /// Combines arguments and policies. If both have a setting, the smaller of two numbers applies; of two texts, the argument's applies.
    /// </summary>
    public static QueueSettings Resolve(QueueArguments arguments, EffectivePolicy policy)
    {
        if (arguments.Table.Count == 0 && ReferenceEquals(policy, EffectivePolicy.None))
            return _none;
        var settings = new QueueSettings
        {
            Policy = policy,
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
            DeliveryLimit = Least("delivery-limit") is { } limit and >= 0 ? limit : null, // -1: no limit
            ConsumerTimeout = Least("consumer-timeout"),
            SingleActiveConsumer = arguments.SingleActiveConsumer,
        };
        return settings with
        {
            CountsDeliveries = (settings.Type.CountsDeliveries || settings.DeliveryLimit is not null) && settings.MaxPriority == 0,
        };

        long? Least(string key) => (arguments.Integer("x-" + key), policy.Integer(key)) switch
        {
            ({ } argument, { } other) => Math.Min(argument, other),
            var (argument, other) => argument ?? other,
        };

        string? First(string key) => arguments.Text("x-" + key) ?? policy.Text(key);
    }
}
