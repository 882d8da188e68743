
namespace Amqp.Server.Broker.Counts;

/// <summary>Message counts of a channel.</summary>
/// <remarks>
/// The connection's read loop owns the counts of published and acknowledged messages and of empty gets. The outbox's lock guards the counts
/// of deliveries and confirms. <see cref="Read"/> is thread-safe.
/// </remarks>
internal sealed class ChannelCounts
{
    private readonly Lock _lock = new(); // guards changes of the dictionary, and reads by other threads
    private Dictionary<ExchangeCounts, ExchangeTally>? _tallies;
    private int _sweepAt = 64;
    private MessageCounts _swept; // sums of the tallies that Sweep removed; under the lock
    private SizeCounts _sizes; // owned by the read loop
    private long _returned;
    private long _dropped;
    private long _publishedToConfirm;
    private long _confirmed;

    /// <summary>
    /// Deliveries and acknowledgements. Deliveries to consumers and basic.get are counted under the outbox's lock, acknowledgements by the
    /// read loop.
    /// </summary>
    public DeliveryCounts Deliveries;

    /// <summary>Past counts, owned by the sampler; null before the first sample.</summary>
    public SampleSeries? Samples { get; set; }

    /// <summary>Returns the tally for an exchange. Called by the read loop.</summary>
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

    /// <summary>Counts the size of a message. Called by the read loop.</summary>
    public void NoteSize(int bodyBytes) => _sizes.Note(bodyBytes);

    /// <summary>Counts a message that was routed to no queue. Called by the read loop.</summary>
    public void NoteUnrouted(bool isReturned)
    {
        if (isReturned)
            _returned++;
        else
            _dropped++;
    }

    /// <summary>Sets the number of messages published since confirm.select. Called by the read loop.</summary>
    public void NotePublishedToConfirm(long published) => Volatile.Write(ref _publishedToConfirm, published);

    /// <summary>Counts confirmed messages. Called under the outbox's lock.</summary>
    public void NoteConfirmed(ulong messages) => _confirmed += (long)messages;

    /// <summary>Returns the current counts. Thread-safe.</summary>
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

    /// <summary>Returns the tallies of all exchanges. Thread-safe.</summary>
    public ExchangeTally[] Tallies()
    {
        lock (_lock)
            return _tallies is null ? [] : [.. _tallies.Values];
    }

    /// <summary>
    /// Adds the new counts of all tallies to their exchanges. Called under the lock of the <see cref="VirtualHostStatistics"/>.
    /// </summary>
    public void Carry()
    {
        lock (_lock)
        {
            foreach (var (_, tally) in _tallies ?? [])
                tally.Carry();
        }
    }

    /// <summary>
    /// Removes the tallies of deleted exchanges and keeps their sums. Otherwise the table of a channel that publishes to ever new exchanges
    /// would grow without bound.
    /// </summary>
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
