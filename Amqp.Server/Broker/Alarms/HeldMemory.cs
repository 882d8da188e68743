namespace Amqp.Server.Broker.Alarms;

/// <summary>Bytes that a client occupies outside of the message store: contents in arrival, open transactions.</summary>
/// <remarks>Thread-safe. The bytes of a connection are part of the broker's total, which counts for the memory alarm.</remarks>
/// <param name="whole">Total to which these bytes are added too; null: none.</param>
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
