using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Deduplication;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Configuration;
using Amqp.Storage;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>The parts of the broker that all queues and exchanges use. The parts are never replaced while the broker runs.</summary>
internal sealed record QueueServices
{
    public required IMessageStore Store { get; init; }

    /// <summary>Calls each queue at the time of its alarm.</summary>
    public required QueueTimer Timer { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>The log for queues and exchanges.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Logs and counts unexpected exceptions.</summary>
    public required ContainedFaults Faults { get; init; }

    /// <summary>Counts memory that the broker uses outside of the message store.</summary>
    public required HeldMemory HeldMemory { get; init; }

    public required BrokerStatistics Statistics { get; init; }

    /// <summary>Stores the records that name quarantined messages.</summary>
    public required QuarantineRecords Quarantine { get; init; }

    /// <summary>Maximum number of quarantined messages. A queue or exchange with more quarantined messages stops.</summary>
    public int QuarantineLimit { get; init; } = LimitOptions.DefaultQuarantineLimit;

    /// <summary>Maximum number of messages that a recent-history exchange keeps.</summary>
    public int RecentHistoryLimit { get; init; } = LimitOptions.DefaultRecentHistoryLimit;

    /// <summary>Maximum number of keys that a deduplicating queue or exchange keeps.</summary>
    public int DeduplicationLimit { get; init; } = LimitOptions.DefaultDeduplicationLimit;

    /// <summary>The lock of all windows of keys.</summary>
    public Lock DeduplicationGate { get; } = new();

    /// <summary>The parts of the broker that windows of keys use.</summary>
    public DeduplicationServices Windows => new(Store, Clock, HeldMemory, Statistics, Faults, DeduplicationLimit, DeduplicationGate);

    /// <summary>True in a cluster: queues of a replicated type store each message, persistent or not, for the next leader.</summary>
    public bool StoresReplicated { get; init; }

    /// <summary>Returns true while the disk alarm is set. The broker then does not write its own messages, such as dead letters.</summary>
    public Func<bool> IsDiskShort { get; init; } = static () => false;
}
