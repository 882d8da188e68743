
namespace Amqp.Server.Broker.Counts;

/// <summary>Message counts of a channel. Any thread may call <see cref="Read"/>.</summary>
/// <remarks>
/// The lock of the outbox guards the counts of deliveries and confirms. The connection's read loop owns all other counts.
/// </remarks>
internal sealed class ChannelCounts
{
    private readonly Lock _lock = new(); // guards changes of the dictionary, and reads by other threads
    private Dictionary<ExchangeCounts, ExchangeTally>? _tallies;
    private int _sweepAt = 64;
    private MessageCounts _swept; // sums of the tallies that Sweep has removed; guarded by _lock
    private SizeCounts _sizes; // changed by the read loop only
    private long _returned;
    private long _dropped;
    private long _publishedToConfirm;
    private long _confirmed;

    /// <summary>
    /// Counts of deliveries and acknowledgements. The read loop counts acknowledgements; the lock of the outbox guards the other counts.
    /// </summary>
    public DeliveryCounts Deliveries;

    /// <summary>Past values of these counts. Used by the sampler only; null before the first sample.</summary>
    public SampleSeries? Samples { get; set; }

    /// <summary>Returns the tally for an exchange, and creates it at the first publish. Called by the read loop.</summary>
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

    /// <summary>Adds the body size of a published message to the histogram of sizes. Called by the read loop.</summary>
    public void NoteSize(int bodyBytes) => _sizes.Note(bodyBytes);

    /// <summary>Counts a message that reached no queue, and was either returned or dropped. Called by the read loop.</summary>
    public void NoteUnrouted(bool isReturned)
    {
        if (isReturned)
            _returned++;
        else
            _dropped++;
    }

    /// <summary>Sets the number of messages published after confirm.select. Called by the read loop.</summary>
    public void NotePublishedToConfirm(long published) => Volatile.Write(ref _publishedToConfirm, published);

    /// <summary>Counts messages that were confirmed. Called under the lock of the outbox.</summary>
    public void NoteConfirmed(ulong messages) => _confirmed += (long)messages;

    /// <summary>Returns a copy of the current counts. Thread-safe.</summary>
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

    /// <summary>Returns the tallies of all exchanges that the channel has published to. Thread-safe.</summary>
    public ExchangeTally[] Tallies()
    {
        lock (_lock)
            return _tallies is null ? [] : [.. _tallies.Values];
    }

    /// <summary>
    /// Calls <see cref="ExchangeTally.Carry"/> for each tally. Called under the lock of the <see cref="VirtualHostStatistics"/>.
    /// </summary>
    public void Carry()
    {
        lock (_lock)
        {
            foreach (var (_, tally) in _tallies ?? [])
                tally.Carry();
        }
    }

    /// <summary>Removes the tallies of deleted exchanges, and adds the counts of these exchanges to a sum.</summary>
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
