namespace Amqp.Server.Broker.Alarms;

/// <summary>Counts the bytes of a client's incomplete messages and open transactions. Thread-safe.</summary>
/// <param name="whole">The total over all connections, which also gets all bytes added here; null in the total itself.</param>
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
