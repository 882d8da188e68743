namespace Amqp.Server.Broker.Alarms;

/// <summary>Bytes that a client makes the broker hold outside of the message store: contents in arrival, open transactions.</summary>
/// <remarks>Thread-safe. What a connection holds counts with the broker's whole, and that with the memory alarm.</remarks>
/// <param name="whole">What this is a part of; null for the broker's own.</param>
internal sealed class HeldMemory(HeldMemory? whole = null)
{
    private long _bytes;

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>More, or with a negative number less.</summary>
    public void Add(long bytes)
    {
        Interlocked.Add(ref _bytes, bytes);
        whole?.Add(bytes);
    }
}
