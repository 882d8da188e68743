using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Faults;
using Amqp.Storage;

namespace Amqp.Server.Broker.Deduplication;

/// <summary>The parts of the broker that all windows use.</summary>
/// <param name="Store">Stores the keys of durable windows.</param>
/// <param name="Clock">The clock for the lifetimes of keys.</param>
/// <param name="Held">Counts the memory of the keys.</param>
/// <param name="Statistics">Counts the dropped repeats.</param>
/// <param name="Faults">Logs keys that cannot be read.</param>
/// <param name="Limit">Maximum number of keys of each window.</param>
/// <param name="Gate">
/// The lock of all windows. A publisher holds it from the look-up of a key until message and key are stored, so that no other publisher
/// can store the same key meanwhile. It is taken after the locks of topology, queues and outputs, and before the locks of the store.
/// </param>
internal sealed record DeduplicationServices(
    IMessageStore Store,
    TimeProvider Clock,
    HeldMemory Held,
    BrokerStatistics Statistics,
    ContainedFaults Faults,
    int Limit,
    Lock Gate)
{
    /// <summary>The time now, in milliseconds since 1970-01-01 UTC.</summary>
    public long Now => Clock.GetUtcNow().ToUnixTimeMilliseconds();
}
