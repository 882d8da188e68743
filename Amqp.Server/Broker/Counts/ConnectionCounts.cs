namespace Amqp.Server.Broker.Counts;

/// <summary>What a connection has received and sent.</summary>
/// <remarks>Its read loop adds what came, the lock of its outbox what went. Anyone may read.</remarks>
internal sealed class ConnectionCounts
{
    private long _receivedOctets;
    private long _receives;
    private long _sentOctets;
    private long _sends;

    /// <summary>What was counted at times gone by; the sampler's. Null while there was nothing.</summary>
    public SampleSeries? Samples { get; set; }

    /// <summary>Octets of AMQP that came and were handled.</summary>
    public long ReceivedOctets => Volatile.Read(ref _receivedOctets);

    /// <summary>In how many pieces they came.</summary>
    public long Receives => Volatile.Read(ref _receives);

    /// <summary>Octets that the socket has taken.</summary>
    public long SentOctets => Volatile.Read(ref _sentOctets);

    /// <summary>In how many pieces.</summary>
    public long Sends => Volatile.Read(ref _sends);

    /// <summary>All of these together. Any thread.</summary>
    public TrafficCounts Read() => new(ReceivedOctets, Receives, SentOctets, Sends);

    /// <summary>Octets were handled. By the read loop.</summary>
    public void NoteReceived(long octets)
    {
        if (octets == 0)
            return;
        _receivedOctets += octets;
        _receives++;
    }

    /// <summary>Octets were sent. Under the outbox's lock.</summary>
    public void NoteSent(int octets)
    {
        _sentOctets += octets;
        _sends++;
    }
}

/// <summary>Octets received and sent, and in how many pieces.</summary>
internal readonly record struct TrafficCounts(long Received, long Receives, long Sent, long Sends)
{
    public static TrafficCounts operator +(TrafficCounts one, TrafficCounts other) =>
        new(one.Received + other.Received, one.Receives + other.Receives, one.Sent + other.Sent, one.Sends + other.Sends);
}
