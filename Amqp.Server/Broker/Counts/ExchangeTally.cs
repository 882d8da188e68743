namespace Amqp.Server.Broker.Counts;

/// <summary>Messages that one channel published to one exchange.</summary>
/// <remarks>
/// The channel's read loop increments the tally without a lock, so that publishers to one exchange do not compete for a cache line. Before
/// the exchange's counts are read, <see cref="Carry"/> adds the messages that the tally has counted since the last call.
/// </remarks>
internal sealed class ExchangeTally(ExchangeCounts exchange)
{
    private long _in;
    private long _out;
    private long _carriedIn;
    private long _carriedOut;

    /// <summary>Counts of the exchange, over all channels.</summary>
    public ExchangeCounts Exchange => exchange;

    /// <summary>Messages published.</summary>
    public long In => Volatile.Read(ref _in);

    /// <summary>Sum of the numbers of queues that the messages were routed to.</summary>
    public long Out => Volatile.Read(ref _out);

    /// <summary>Counts a message. Called by the read loop.</summary>
    public void Note(int queues)
    {
        _in++;
        _out += queues;
    }

    /// <summary>
    /// Adds the messages that were counted since the last call to the exchange's counts. Called under the lock of the
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

/// <summary>Messages published to an exchange by all channels, as of the last <see cref="ExchangeTally.Carry"/>.</summary>
/// <remarks>The lock of the <see cref="VirtualHostStatistics"/> guards changes. Any thread may read.</remarks>
internal sealed class ExchangeCounts
{
    private long _in;
    private long _out;

    /// <summary>True if the exchange was deleted: nothing is published to it any more.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>RabbitMQ's <c>publish_in</c>.</summary>
    public long In
    {
        get => Volatile.Read(ref _in);
        set => Volatile.Write(ref _in, value);
    }

    /// <summary>RabbitMQ's <c>publish_out</c>: sum of the numbers of queues that the messages were routed to.</summary>
    public long Out
    {
        get => Volatile.Read(ref _out);
        set => Volatile.Write(ref _out, value);
    }

    /// <summary>Marks the exchange as deleted.</summary>
    public void Close() => IsClosed = true;
}
