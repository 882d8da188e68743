using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Configuration;
using Amqp.Storage;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>The parts of the broker that all queues and exchanges use. These parts stay the same while the broker runs.</summary>
internal sealed record QueueServices
{
    public required IMessageStore Store { get; init; }

    /// <summary>Wakes queues at their alarms.</summary>
    public required QueueTimer Timer { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>The log for queues and exchanges.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Receives unexpected exceptions that are contained in one compartment.</summary>
    public required ContainedFaults Faults { get; init; }

    /// <summary>Counts memory that the broker uses outside of the message store.</summary>
    public required HeldMemory HeldMemory { get; init; }

    public required BrokerStatistics Statistics { get; init; }

    /// <summary>Saves records of quarantined messages.</summary>
    public required QuarantineRecords Quarantine { get; init; }

    /// <summary>Maximum number of quarantined messages of a queue or an exchange. With more, the queue or exchange stops.</summary>
    public int QuarantineLimit { get; init; } = LimitOptions.DefaultQuarantineLimit;

    /// <summary>
    /// Maximum number of messages in an exchange's recent history. A new binding receives the history at once, while other work waits.
    /// </summary>
    public int RecentHistoryLimit { get; init; } = LimitOptions.DefaultRecentHistoryLimit;

    /// <summary>
    /// Returns true while the disk alarm is set. The broker then avoids writes of its own, such as those of dead letters.
    /// </summary>
    public Func<bool> IsDiskShort { get; init; } = static () => false;
}
