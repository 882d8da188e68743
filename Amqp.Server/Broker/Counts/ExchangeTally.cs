namespace Amqp.Server.Broker.Counts;

/// <summary>What one channel has published to one exchange.</summary>
/// <remarks>
/// The channel's read loop adds to it without a lock; what is new is carried to the exchange's own counts when somebody wants to know
/// them, under the lock of the <see cref="VirtualHostStatistics"/>. So publishers of one exchange do not write to one place.
/// </remarks>
internal sealed class ExchangeTally(ExchangeCounts exchange)
{
    private long _in;
    private long _out;
    private long _carriedIn;
    private long _carriedOut;

    /// <summary>What all channels have published to it.</summary>
    public ExchangeCounts Exchange => exchange;

    /// <summary>Messages published.</summary>
    public long In => Volatile.Read(ref _in);

    /// <summary>Queues they went to.</summary>
    public long Out => Volatile.Read(ref _out);

    /// <summary>Counts a message. By the read loop.</summary>
    public void Note(int queues)
    {
        _in++;
        _out += queues;
    }

    /// <summary>Adds what is new to the exchange's counts. Under the lock of the statistics.</summary>
    public void Carry()
    {
        long published = In, routed = Out;
        exchange.In += published - _carriedIn;
        exchange.Out += routed - _carriedOut;
        (_carriedIn, _carriedOut) = (published, routed);
    }
}

/// <summary>What all channels have published to an exchange, as of when it was last asked for.</summary>
/// <remarks>The lock of the <see cref="VirtualHostStatistics"/> guards changes; anyone may look.</remarks>
internal sealed class ExchangeCounts
{
    private long _in;
    private long _out;

    /// <summary>The exchange has been deleted: nothing is published to it any more.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>RabbitMQ's <c>publish_in</c>.</summary>
    public long In
    {
        get => Volatile.Read(ref _in);
        set => Volatile.Write(ref _in, value);
    }

    /// <summary>RabbitMQ's <c>publish_out</c>: queues that the messages went to.</summary>
    public long Out
    {
        get => Volatile.Read(ref _out);
        set => Volatile.Write(ref _out, value);
    }

    /// <inheritdoc cref="IsClosed"/>
    public void Close() => IsClosed = true;
}
