namespace Amqp.Server.Broker.Queues;

/// <summary>The state of a queue at one moment, as far as it decides about deliveries.</summary>
internal sealed record QueueCondition
{
    /// <summary>Number of ready messages.</summary>
    public required long Ready { get; init; }

    /// <summary>Number of unacknowledged messages.</summary>
    public required long Unacknowledged { get; init; }

    /// <summary>True if the queue has stopped after an unexpected exception.</summary>
    public required bool IsCrashed { get; init; }

    /// <summary>True if the next messages could not be read from the disk at the last attempt.</summary>
    public required bool IsUnreadable { get; init; }

    /// <summary>Number of quarantined messages.</summary>
    public required int Quarantined { get; init; }

    /// <summary>True if so many messages are quarantined that the queue cannot be restarted.</summary>
    public required bool IsQuarantineFull { get; init; }

    /// <summary>Number of dead letters that wait to be published.</summary>
    public required int DeadLetters { get; init; }

    /// <summary>True if dead letters cannot be published now. Until they can, no further message expires or is dropped.</summary>
    public required bool AreDeadLettersHeldUp { get; init; }

    /// <summary>True if the number or the bytes of the ready messages have reached a limit of the queue.</summary>
    public required bool IsFull { get; init; }

    /// <summary>The consumers, in the order of subscription.</summary>
    public required IReadOnlyList<ConsumerCondition> Consumers { get; init; }

    /// <summary>The single active consumer; null if the queue has none.</summary>
    public required IConsumer? Active { get; init; }

    /// <summary>Reads the state. The caller holds the lock of the queue.</summary>
    public static QueueCondition Of(QueueState state)
    {
        var (messages, faults, dead, settings) = (state.Messages, state.Queue.Faults, state.Rules.Dead, state.Rules.Settings);
        return new QueueCondition
        {
            Ready = messages.Count,
            Unacknowledged = state.Traffic.Unacknowledged,
            IsCrashed = faults.IsCrashed,
            IsUnreadable = state.Queue.Deliveries.IsUnreadable,
            Quarantined = faults.QuarantinedCount,
            IsQuarantineFull = faults.IsFull,
            DeadLetters = dead?.Count ?? 0,
            AreDeadLettersHeldUp = dead is { IsHeldUp: true },
            IsFull = messages.Count >= settings.MaxLength || messages.Bytes >= settings.MaxLengthBytes,
            Consumers = [.. state.Consumers.All.Select(each => new ConsumerCondition(each.Consumer, each.Place.List is null))],
            Active = state.Consumers.Active?.Consumer,
        };
    }
}

/// <summary>The state of a consumer at one moment.</summary>
/// <param name="Consumer">The consumer.</param>
/// <param name="IsParked">True if the consumer had no free capacity at its last delivery, and has not been resumed since.</param>
internal sealed record ConsumerCondition(IConsumer Consumer, bool IsParked);
