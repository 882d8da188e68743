namespace Amqp.Server.Broker.Queues;

/// <summary>The counts of a queue and its troubles at one moment. Reading it allocates nothing.</summary>
internal readonly record struct QueueVitals
{
    /// <summary>Number of ready messages.</summary>
    public required long Ready { get; init; }

    /// <summary>Body bytes of the ready messages.</summary>
    public required long ReadyBytes { get; init; }

    /// <summary>Number of unacknowledged messages.</summary>
    public required long Unacknowledged { get; init; }

    /// <summary>Number of consumers.</summary>
    public required int Consumers { get; init; }

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

    /// <summary>Reads the values. The caller holds the lock of the queue.</summary>
    public static QueueVitals Of(QueueState state)
    {
        var (messages, faults, dead, settings) = (state.Messages, state.Queue.Faults, state.Rules.Dead, state.Rules.Settings);
        return new QueueVitals
        {
            Ready = messages.Count,
            ReadyBytes = messages.Bytes,
            Unacknowledged = state.Traffic.Unacknowledged,
            Consumers = state.Consumers.Count,
            IsCrashed = faults.IsCrashed,
            IsUnreadable = state.Queue.Deliveries.IsUnreadable,
            Quarantined = faults.QuarantinedCount,
            IsQuarantineFull = faults.IsFull,
            DeadLetters = dead?.Count ?? 0,
            AreDeadLettersHeldUp = dead is { IsHeldUp: true },
            IsFull = messages.Count >= settings.MaxLength || messages.Bytes >= settings.MaxLengthBytes,
        };
    }
}
