namespace Amqp.Server.Broker.Queues;

/// <summary>The state of a queue at one moment, as far as it decides about deliveries.</summary>
internal sealed record QueueCondition
{
    /// <summary>The counts and the troubles of the queue.</summary>
    public required QueueVitals Vitals { get; init; }

    /// <summary>The consumers, in the order of subscription.</summary>
    public required IReadOnlyList<ConsumerCondition> Consumers { get; init; }

    /// <summary>The single active consumer; null if the queue has none.</summary>
    public required IConsumer? Active { get; init; }

    /// <summary>Reads the state. The caller holds the lock of the queue.</summary>
    public static QueueCondition Of(QueueState state) => new()
    {
        Vitals = QueueVitals.Of(state),
        Consumers = [.. state.Consumers.All.Select(each => new ConsumerCondition(each.Consumer, each.Place.List is null))],
        Active = state.Consumers.Active?.Consumer,
    };
}

/// <summary>The state of a consumer at one moment.</summary>
/// <param name="Consumer">The consumer.</param>
/// <param name="IsParked">True if the consumer had no free capacity at its last delivery, and has not been resumed since.</param>
internal sealed record ConsumerCondition(IConsumer Consumer, bool IsParked);
