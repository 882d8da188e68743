using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.VirtualHosts;

/// <summary>What the configuration says of new queues and exchanges in every virtual host.</summary>
/// <param name="Limit">Most queues in the whole broker; null: no limit.</param>
/// <param name="DefaultType">The type of queues that name none, where their virtual host names none either.</param>
/// <param name="Count">Counts the broker's queues. Asked only when there is a limit.</param>
internal sealed record DeclareRules(long? Limit, string? DefaultType, Func<long> Count)
{
    /// <summary>Most exchanges in the whole broker; null: no limit.</summary>
    public long? ExchangeLimit { get; init; }

    /// <summary>Counts the broker's exchanges. Asked only when there is a limit.</summary>
    public Func<long> CountExchanges { get; init; } = static () => 0;

    /// <exception cref="BrokerException">406: there are as many queues as there may be.</exception>
    public void DemandRoom(string queue)
    {
        if (Limit is { } limit && Count() >= limit)
            throw new BrokerException(BrokerError.Precondition, $"cannot declare queue '{queue}': queue limit in cluster ({limit}) is reached");
    }

    /// <exception cref="BrokerException">406: there are as many exchanges as there may be.</exception>
    public void DemandRoomForExchange(string exchange)
    {
        if (ExchangeLimit is { } limit && CountExchanges() >= limit)
            throw new BrokerException(BrokerError.Precondition, $"cannot declare exchange '{exchange}': exchange limit in cluster ({limit}) is reached");
    }
}
