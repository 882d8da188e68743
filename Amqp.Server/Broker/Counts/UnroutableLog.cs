namespace Amqp.Server.Broker.Counts;

/// <summary>
/// The last unroutable keys of the exchanges, for as many exchanges as fit into the memory of the log. Thread-safe.
/// </summary>
/// <remarks>
/// An exchange has keys from its first message that reaches no queue. If too many exchanges have some, the one that got its keys first
/// loses them. A lock guards the list.
/// </remarks>
internal sealed class UnroutableLog
{
    /// <summary>Maximum number of exchanges with keys. The keys of an exchange take about 29 kB.</summary>
    public const int MostExchanges = 200;

    private readonly Lock _lock = new();
    private readonly Queue<ExchangeCounts> _exchanges = []; // the exchange that got its keys first is first

    /// <summary>Notes a message that reached no queue.</summary>
    /// <param name="exchange">The exchange to which it was published.</param>
    /// <param name="key">Its routing key.</param>
    /// <param name="time">The time, in milliseconds since 1970-01-01 UTC.</param>
    /// <param name="isReturned">True if the message was returned to its publisher; false if it was dropped.</param>
    public void Note(ExchangeCounts exchange, ReadOnlySpan<byte> key, long time, bool isReturned) =>
        (exchange.Unroutable ?? Begin(exchange)).Note(key, time, isReturned);

    private UnroutableKeys Begin(ExchangeCounts exchange)
    {
        lock (_lock)
        {
            if (exchange.Unroutable is { } known)
                return known;
            if (_exchanges.Count == MostExchanges)
                _exchanges.Dequeue().Unroutable = null;
            _exchanges.Enqueue(exchange);
            return exchange.Unroutable = new UnroutableKeys();
        }
    }
}
