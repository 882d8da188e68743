using System.Collections.Concurrent;

namespace Amqp.Server.Broker.Alarms;

/// <summary>The memory that clients hold by being there: what waits to be sent to them, and their connections, channels and consumers.</summary>
/// <remarks>Thread-safe. Nothing is counted while messages pass: whoever asks sums what the connections know of themselves.</remarks>
internal sealed class ClientMemory
{
    private readonly ConcurrentDictionary<IMemoryHolder, byte> _holders = new();

    /// <summary>Bytes of all of them now.</summary>
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

    /// <summary>Twice does no harm.</summary>
    public void Remove(IMemoryHolder holder) => _holders.TryRemove(holder, out _);
}

/// <summary>A connection, as far as its memory is concerned.</summary>
internal interface IMemoryHolder
{
    /// <summary>Bytes that it holds now. Any thread may ask, often; it costs no lock that is held for long.</summary>
    long MemoryInUse { get; }
}
