using System.Buffers;
using Amqp.Server.Broker.Alarms;
using Microsoft.AspNetCore.Connections;

namespace Amqp.Server.Hosting;

/// <summary>Creates Kestrel's memory pools, and trims them every 10 seconds. Thread-safe.</summary>
/// <remarks>Kestrel owns the pools. The factory holds only weak references.</remarks>
internal sealed class TransportMemoryPoolFactory : IMemoryPoolFactory<byte>, IDisposable
{
    private static readonly TimeSpan _trimInterval = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private readonly List<WeakReference<TransportMemoryPool>> _pools = [];
    private readonly ITimer _trim;

    /// <summary>Starts the timer that trims the pools.</summary>
    public TransportMemoryPoolFactory(TimeProvider time) =>
        _trim = time.CreateTimer(_ => TrimAll(), null, _trimInterval, _trimInterval);

    /// <inheritdoc/>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null)
    {
        var pool = new TransportMemoryPool();
        lock (_lock)
            _pools.Add(new(pool));
        return pool;
    }

    /// <inheritdoc/>
    public void Dispose() => _trim.Dispose();

    private void TrimAll()
    {
        lock (_lock)
        {
            _pools.RemoveAll(entry => !entry.TryGetTarget(out _));
            foreach (WeakReference<TransportMemoryPool> entry in _pools)
            {
                if (entry.TryGetTarget(out TransportMemoryPool? pool))
                    pool.Trim();
            }
        }
        UnusedHeap.GiveBack();
    }
}
