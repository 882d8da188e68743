namespace Amqp.Server.Broker.Counts;

/// <summary>Counts the messages that one channel publishes to one exchange.</summary>
/// <remarks>
/// The channel's read loop counts without a lock. <see cref="Carry"/> adds these counts to the counts of the exchange. Call it before the
/// counts of the exchange are read.
/// </remarks>
internal sealed class ExchangeTally(ExchangeCounts exchange)
{
    private long _in;
    private long _out;
    private long _carriedIn;
    private long _carriedOut;

    /// <summary>Counts of the exchange, summed over all channels.</summary>
    public ExchangeCounts Exchange => exchange;

    public long In => Volatile.Read(ref _in);

    /// <summary>Number of queues that a message was routed to, summed over all messages.</summary>
    public long Out => Volatile.Read(ref _out);

    /// <summary>Counts one message and the queues that it was routed to. Called by the channel's read loop.</summary>
    public void Note(int queues)
    {
        _in++;
        _out += queues;
    }

    /// <summary>
    /// Updates the counts of the exchange: adds the messages that were published since the last update. Called under the lock of the
    /// <see cref="VirtualHostStatistics"/>.
    /// </summary>
    public void Carry()
    {
        long published = In, routed = Out;
        exchange.In += published - _carriedIn;
        exchange.Out += routed - _carriedOut;
        (_carriedIn, _carriedOut) = (published, routed);
    }
}

/// <summary>Messages that all channels have published to an exchange, as of the last <see cref="ExchangeTally.Carry"/>.</summary>
/// <remarks>The lock of the <see cref="VirtualHostStatistics"/> guards changes. Any thread may read.</remarks>
internal sealed class ExchangeCounts
{
    private long _in;
    private long _out;
    private UnroutableKeys? _unroutable;

    /// <summary>True if the exchange was deleted, and so gets no further messages.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>
    /// The last routing keys with which messages reached no queue; null if there are none. Set by <see cref="UnroutableLog"/>.
    /// </summary>
    public UnroutableKeys? Unroutable
    {
        get => Volatile.Read(ref _unroutable);
        set => Volatile.Write(ref _unroutable, value);
    }

    /// <summary>RabbitMQ's <c>publish_in</c>: number of messages published to the exchange.</summary>
    public long In
    {
        get => Volatile.Read(ref _in);
        set => Volatile.Write(ref _in, value);
    }

    /// <summary>RabbitMQ's <c>publish_out</c>: number of queues that a message was routed to, summed over all messages.</summary>
    public long Out
    {
        get => Volatile.Read(ref _out);
        set => Volatile.Write(ref _out, value);
    }

    /// <summary>Marks the exchange as deleted.</summary>
    public void Close() => IsClosed = true;
}
