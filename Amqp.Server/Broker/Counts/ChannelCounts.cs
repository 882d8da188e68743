
namespace Amqp.Server.Broker.Counts;

/// <summary>What a channel counts of its messages.</summary>
/// <remarks>
/// The read loop of the channel's connection owns what is published, got and acknowledged, the lock of its outbox what is delivered and
/// confirmed. Anyone may <see cref="Read"/>.
/// </remarks>
internal sealed class ChannelCounts
{
    private readonly Lock _lock = new(); // guards changes of the tallies and the reading of them by others
    private Dictionary<ExchangeCounts, ExchangeTally>? _tallies;
    private int _sweepAt = 64;
    private MessageCounts _swept; // of tallies that are gone, under the lock
    private SizeCounts _sizes; // the read loop's
    private long _returned;
    private long _dropped;
    private long _publishedToConfirm;
    private long _confirmed;

    /// <summary>What went to the client and came back. Consumers and basic.get count here under the outbox's lock, acknowledgements on the read loop.</summary>
    public DeliveryCounts Deliveries;

    /// <summary>What was counted at times gone by; the sampler's. Null while there was nothing.</summary>
    public SampleSeries? Samples { get; set; }

    /// <summary>The tally for an exchange. By the read loop.</summary>
    public ExchangeTally TallyOf(ExchangeCounts exchange)
    {
        if (_tallies?.TryGetValue(exchange, out var known) == true)
            return known;
        var tally = new ExchangeTally(exchange);
        lock (_lock)
        {
            _tallies ??= [];
            if (_tallies.Count >= _sweepAt)
                Sweep(_tallies);
            _tallies.Add(exchange, tally);
        }
        return tally;
    }

    /// <summary>Counts the size of a message. By the read loop.</summary>
    public void NoteSize(int bodyBytes) => _sizes.Note(bodyBytes);

    /// <summary>Counts a message that no queue took. By the read loop.</summary>
    public void NoteUnrouted(bool isReturned)
    {
        if (isReturned)
            _returned++;
        else
            _dropped++;
    }

    /// <summary>So many messages have been published since confirm.select. By the read loop.</summary>
    public void NotePublishedToConfirm(long published) => Volatile.Write(ref _publishedToConfirm, published);

    /// <summary>Counts messages that were confirmed. Under the outbox's lock.</summary>
    public void NoteConfirmed(ulong messages) => _confirmed += (long)messages;

    /// <summary>The counts now. Any thread.</summary>
    public MessageCounts Read()
    {
        lock (_lock)
        {
            var counts = _swept;
            foreach (var (_, tally) in _tallies ?? [])
            {
                counts.Publish += tally.In;
                counts.Routed += tally.Out;
            }
            counts.PublishConfirm = Volatile.Read(ref _publishedToConfirm);
            counts.Confirm = Volatile.Read(ref _confirmed);
            counts.ReturnUnroutable = Volatile.Read(ref _returned);
            counts.DropUnroutable = Volatile.Read(ref _dropped);
            counts.Sizes = SizeCounts.Read(ref _sizes);
            counts.Deliveries = DeliveryCounts.Read(ref Deliveries);
            return counts;
        }
    }

    /// <summary>What it has published to each exchange. Any thread.</summary>
    public ExchangeTally[] Tallies()
    {
        lock (_lock)
            return _tallies is null ? [] : [.. _tallies.Values];
    }

    /// <summary>Adds what is new to the exchanges' own counts. Under the lock of the statistics.</summary>
    public void Carry()
    {
        lock (_lock)
        {
            foreach (var (_, tally) in _tallies ?? [])
                tally.Carry();
        }
    }

    /// <summary>Forgets exchanges that are gone: a channel may see many in its life.</summary>
    private void Sweep(Dictionary<ExchangeCounts, ExchangeTally> tallies)
    {
        foreach (var (exchange, tally) in tallies)
        {
            if (!exchange.IsClosed)
                continue;
            _swept.Publish += tally.In;
            _swept.Routed += tally.Out;
            tallies.Remove(exchange);
        }
        _sweepAt = Math.Max(64, 2 * tallies.Count);
    }
}
