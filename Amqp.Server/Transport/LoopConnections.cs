namespace Amqp.Server.Transport;

/// <summary>The open connections of all loops, by the descriptor of their socket. Thread-safe.</summary>
/// <remarks>
/// A key is a descriptor with a number that is unique, because the system gives the descriptor of a closed socket to the next one. So an
/// event of a closed socket finds no connection.
/// </remarks>
internal sealed class LoopConnections
{
    private readonly Lock _lock = new();
    private volatile LoopConnection?[] _byDescriptor = new LoopConnection?[64]; // written under the lock, read without it
    private int _lastNumber; // guarded by the lock

    /// <summary>All open connections.</summary>
    public IEnumerable<LoopConnection> All => _byDescriptor.OfType<LoopConnection>();

    /// <summary>Adds a connection. Returns its key, which is not 0.</summary>
    public long Add(LoopConnection connection, int descriptor)
    {
        lock (_lock)
        {
            if (descriptor >= _byDescriptor.Length)
            {
                var larger = new LoopConnection?[Math.Max(descriptor + 1, 2 * _byDescriptor.Length)];
                _byDescriptor.CopyTo(larger, 0);
                _byDescriptor = larger;
            }
            Volatile.Write(ref _byDescriptor[descriptor], connection);
            return ((long)++_lastNumber << 32) | (uint)descriptor;
        }
    }

    /// <summary>Returns the connection with this key; null if it was removed.</summary>
    public LoopConnection? Find(long key)
    {
        var connection = Volatile.Read(ref _byDescriptor[(int)key]);
        return connection?.Key == key ? connection : null;
    }

    /// <summary>Removes a connection. Call before its socket is closed.</summary>
    public void Remove(long key)
    {
        lock (_lock)
            _byDescriptor[(int)key] = null;
    }
}
