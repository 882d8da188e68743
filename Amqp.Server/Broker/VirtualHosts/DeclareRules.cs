using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>Configured limits and defaults for new queues and exchanges in all virtual hosts.</summary>
/// <param name="Limit">Maximum number of queues in the broker; null: no limit.</param>
/// <param name="DefaultType">Queue type if neither the declaration nor the virtual host names a type.</param>
/// <param name="Count">Counts the broker's queues. Called only if there is a limit.</param>
internal sealed record DeclareRules(long? Limit, string? DefaultType, Func<long> Count)
{
    /// <summary>Maximum number of exchanges in the broker; null: no limit.</summary>
    public long? ExchangeLimit { get; init; }

    /// <summary>Counts the broker's exchanges. Called only if there is a limit.</summary>
    public Func<long> CountExchanges { get; init; } = static () => 0;

    /// <exception cref="BrokerException">406: the limit on queues is reached.</exception>
    public void DemandRoom(string queue)
    {
        if (Limit is { } limit && Count() >= limit)
            throw new BrokerException(
                BrokerError.Precondition, $"cannot declare queue '{queue}': queue limit in cluster ({limit}) is reached");
    }

    /// <exception cref="BrokerException">406: the limit on exchanges is reached.</exception>
    public void DemandRoomForExchange(string exchange)
    {
        if (ExchangeLimit is { } limit && CountExchanges() >= limit)
            throw new BrokerException(
                BrokerError.Precondition, $"cannot declare exchange '{exchange}': exchange limit in cluster ({limit}) is reached");
    }
}
