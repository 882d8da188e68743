using Amqp.Protocol;
using Amqp.Server.Broker.Deduplication;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>The settings of a queue, which result from its arguments and its policies. Immutable.</summary>
internal sealed record QueueSettings
{
    private static readonly QueueSettings _none = new(); // for queues without arguments and policies, which are most queues

    /// <summary>The policies that these settings include.</summary>
    public EffectivePolicy Policy { get; private init; } = EffectivePolicy.None;

    /// <summary>Type of the queue; classic if the arguments name none.</summary>
    public QueueType Type { get; private init; }

    /// <summary>TTL of messages in milliseconds; null if messages have no TTL in this queue.</summary>
    public long? MessageTtl { get; private init; }

    /// <summary>Time in milliseconds after which an unused queue is deleted; null if an unused queue is kept.</summary>
    public long? Expires { get; private init; }

    /// <summary>Exchange that receives the dead letters of the queue; null to drop dead letters.</summary>
    public string? DeadLetterExchange { get; private init; }

    /// <summary>Routing key of the dead letters; null if each message keeps its routing key.</summary>
    public string? DeadLetterRoutingKey { get; private init; }

    /// <summary>RabbitMQ's dead-letter strategy. In this broker it only affects the statistics.</summary>
    public DeadLetterStrategy DeadLetterStrategy { get; private init; }

    /// <summary>Maximum number of ready messages; null for no limit.</summary>
    public long? MaxLength { get; private init; }

    /// <summary>Maximum sum of the body bytes of ready messages; null for no limit.</summary>
    public long? MaxLengthBytes { get; private init; }

    /// <summary>Behaviour of the queue when it is full.</summary>
    public Overflow Overflow { get; private init; }

    /// <summary>
    /// Highest priority of the queue, from 0 to 255; 0 for a queue without priorities. Policies cannot change the highest priority.
    /// </summary>
    public int MaxPriority { get; private init; }

    /// <summary>Maximum number of requeues of a message; null for no limit. A further requeue makes the message a dead letter.</summary>
    public long? DeliveryLimit { get; private init; }

    /// <summary>Time in milliseconds that a delivery may stay unacknowledged; null to use the broker's setting.</summary>
    public long? ConsumerTimeout { get; private init; }

    /// <summary>The settings by which the queue drops repeats; null if it accepts them.</summary>
    public DeduplicationSettings? Deduplication { get; private init; }

    /// <inheritdoc cref="QueueArguments.SingleActiveConsumer"/>
    /// <remarks>Policies cannot change this setting.</remarks>
    public bool SingleActiveConsumer { get; private init; }

    /// <summary>True if the queue refuses new messages when it is full. Publishers then reserve room before they store a message.</summary>
    public bool RejectsPublishes => Overflow != Overflow.DropHead && (MaxLength ?? MaxLengthBytes) is not null;

    /// <summary>
    /// True if consumers get the number of requeues in the header <c>x-delivery-count</c>. False for a queue with priorities.
    /// </summary>
    public bool CountsDeliveries { get; private init; } // computed once, because it is read for each delivery

    /// <summary>True if no rule of the queue affects a newly published message.</summary>
    public bool IsPlain =>
        MessageTtl is null && MaxLength is null && MaxLengthBytes is null && MaxPriority == 0 && Deduplication is null;

    /// <summary>
    /// Combines arguments and policies. If both set a number, the smaller number applies. If both set a text, the argument's text applies.
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
            DeliveryLimit = Least("delivery-limit") is { } limit and >= 0 ? limit : null, // -1 means no limit
            ConsumerTimeout = Least("consumer-timeout"),
            SingleActiveConsumer = arguments.SingleActiveConsumer,
            Deduplication = DeduplicationSettings.OfQueue(arguments.Table, policy),
        };
        return settings with
        {
            CountsDeliveries = (settings.Type.CountsDeliveries || settings.DeliveryLimit is not null) && settings.MaxPriority == 0,
        };

        long? Least(string key) => Choose(key, value => value.IsInteger)?.AsInteger();

        string? First(string key) => Choose(key, value => ValueRules.Name(value) is not null)?.AsString();

        // An unusable value, which only an old version could store, counts as missing.
        FieldValue? Choose(string key, Func<FieldValue, bool> isUsable)
        {
            var argument = arguments.Table[ArgumentPrecedence.ArgumentOf(key)];
            FieldValue? other = policy.Definition.TryGetValue(key, out var value) ? value : null;
            return ArgumentPrecedence.Choose(
                key, argument is { } mine && isUsable(mine) ? mine : null, other is { } theirs && isUsable(theirs) ? theirs : null);
        }
    }
}
