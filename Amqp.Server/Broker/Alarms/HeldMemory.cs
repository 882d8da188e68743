namespace Amqp.Server.Broker.Alarms;

/// <summary>Bytes that clients make the broker hold outside of the message store: contents in arrival, open transactions.</summary>
/// <remarks>Thread-safe. The memory alarm counts it with the messages.</remarks>
internal sealed class HeldMemory
{
    private long _bytes;

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>More, or with a negative number less.</summary>
    public void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);
}
