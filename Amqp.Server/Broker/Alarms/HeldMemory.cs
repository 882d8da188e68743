namespace Amqp.Server.Broker.Alarms;

/// <summary>
/// Counts the bytes that a client occupies outside of the message store: messages that are still arriving, and open transactions.
/// </summary>
/// <remarks>Thread-safe. The memory alarm counts the total over all connections.</remarks>
/// <param name="whole">The total, to which all bytes added here are added too; null if this object is itself the total.</param>
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
