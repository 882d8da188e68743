using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Configuration;
using Amqp.Storage;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>What all queues and exchanges of the broker work with. The same for as long as it runs.</summary>
internal sealed record QueueServices
{
    public required IMessageStore Store { get; init; }

    /// <summary>Wakes queues when something is due in them.</summary>
    public required QueueTimer Timer { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>The log of everything in the broker.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Where unexpected exceptions end that stay inside one part.</summary>
    public required ContainedFaults Faults { get; init; }

    /// <summary>The broker's account of what is in memory besides messages.</summary>
    public required HeldMemory HeldMemory { get; init; }

    public required BrokerStatistics Statistics { get; init; }

    /// <summary>What is written down of quarantined messages.</summary>
    public required QuarantineRecords Quarantine { get; init; }

    /// <summary>How many messages of a queue or an exchange may be quarantined before it stops.</summary>
    public int QuarantineLimit { get; init; } = LimitOptions.DefaultQuarantineLimit;

    /// <summary>How many messages an exchange with a recent history keeps at most: whoever binds to it gets them all at once, and others wait meanwhile.</summary>
    public int RecentHistoryLimit { get; init; } = LimitOptions.DefaultRecentHistoryLimit;

    /// <summary>Asks whether the disk alarm is set: what the broker would write by itself then waits.</summary>
    public Func<bool> IsDiskShort { get; init; } = static () => false;
}
