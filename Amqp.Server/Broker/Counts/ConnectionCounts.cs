namespace Amqp.Server.Broker.Counts;

/// <summary>Traffic of a connection. Any thread may read.</summary>
/// <remarks>The read loop owns the counts of received octets. The lock of the outbox guards the counts of sent octets.</remarks>
internal sealed class ConnectionCounts
{
    private long _receivedOctets;
    private long _receives;
    private long _sentOctets;
    private long _sends;

    /// <summary>Past values of these counts. Used by the sampler only; null before the first sample.</summary>
    public SampleSeries? Samples { get; set; }

    /// <summary>Number of AMQP octets that were received and handled.</summary>
    public long ReceivedOctets => Volatile.Read(ref _receivedOctets);

    /// <summary>Number of reads from the socket that returned octets.</summary>
    public long Receives => Volatile.Read(ref _receives);

    /// <summary>Octets that were written to the socket.</summary>
    public long SentOctets => Volatile.Read(ref _sentOctets);

    /// <summary>Number of writes to the socket.</summary>
    public long Sends => Volatile.Read(ref _sends);

    /// <summary>Returns all counts. Thread-safe.</summary>
    public TrafficCounts Read() => new(ReceivedOctets, Receives, SentOctets, Sends);

    /// <summary>Counts received octets. Called by the read loop.</summary>
    public void NoteReceived(long octets)
    {
        if (octets == 0)
            return;
        _receivedOctets += octets;
        _receives++;
    }

    /// <summary>Counts sent octets. Called under the lock of the outbox.</summary>
    public void NoteSent(int octets)
    {
        _sentOctets += octets;
        _sends++;
    }
}

/// <summary>Counts of received octets, socket reads, sent octets and socket writes.</summary>
internal readonly record struct TrafficCounts(long Received, long Receives, long Sent, long Sends)
{
    public static TrafficCounts operator +(TrafficCounts one, TrafficCounts other) =>
        new(one.Received + other.Received, one.Receives + other.Receives, one.Sent + other.Sent, one.Sends + other.Sends);
}
