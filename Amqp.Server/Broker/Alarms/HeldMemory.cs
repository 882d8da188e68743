namespace Amqp.Server.Broker.Alarms;

/// <summary>Counts the bytes of incomplete messages, open transactions, unacknowledged deliveries and similar data. Thread-safe.</summary>
/// <param name="whole">The total of all connections, which also counts each change. Null if this object is the total.</param>
internal sealed class HeldMemory(HeldMemory? whole = null)
{
    private long _bytes;

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Adds bytes, or removes them if the number is negative.</summary>
    public void Add(long bytes)
    {
        Interlocked.Add(ref _bytes, bytes);
        whole?.Add(bytes);
    }
}
