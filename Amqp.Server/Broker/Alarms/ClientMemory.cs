using System.Collections.Concurrent;

namespace Amqp.Server.Broker.Alarms;

/// <summary>Counts the memory of all clients: pending output, connections, channels and consumers. Thread-safe.</summary>
internal sealed class ClientMemory
{
    private readonly ConcurrentDictionary<IMemoryHolder, byte> _holders = new();

    /// <summary>Sum of the bytes that all clients occupy now.</summary>
    public long Bytes
    {
        get
        {
            long sum = 0;
            foreach (var (holder, _) in _holders)
                sum += holder.MemoryInUse;
            return sum;
        }
    }

    public void Add(IMemoryHolder holder) => _holders.TryAdd(holder, 0);

    /// <summary>Removes an object. May be called more than once.</summary>
    public void Remove(IMemoryHolder holder) => _holders.TryRemove(holder, out _);
}

/// <summary>An object that reports its memory, such as a connection.</summary>
internal interface IMemoryHolder
{
    /// <summary>Bytes that the object occupies now. Called often, by any thread; must not hold a lock for long.</summary>
    long MemoryInUse { get; }
}
