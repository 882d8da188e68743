using Amqp.Server.Broker.Alarms;
using Amqp.Storage;

namespace Amqp.Server.Broker;

/// <summary>The memory that messages, clients and virtual hosts use. Any thread may read it.</summary>
/// <param name="store">The message store.</param>
/// <param name="ofVirtualHosts">Returns the bytes that the virtual hosts use.</param>
internal sealed class BrokerMemory(IMessageStore store, Func<long> ofVirtualHosts)
{
    /// <summary>Counts the memory of incomplete messages, open transactions, unacknowledged deliveries and similar data.</summary>
    public HeldMemory Held { get; } = new();

    /// <summary>Computes the memory of connections, channels, consumers and pending output at each check of the alarms.</summary>
    public ClientMemory Clients { get; } = new();

    /// <summary>Bytes that are compared with the limit of the memory alarm.</summary>
    public long InUse => store.MemoryInUse + store.Counts.QueueMemory + Held.Bytes + Clients.Bytes + ofVirtualHosts();
}
