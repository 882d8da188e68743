using Amqp.Protocol;

namespace Amqp.Server.Broker;

/// <summary>What the configuration says of new queues in every virtual host.</summary>
/// <param name="Limit">Most queues in the whole broker; null: no limit.</param>
/// <param name="DefaultType">The type of queues that name none, where their virtual host names none either.</param>
/// <param name="Count">Counts the broker's queues. Asked only when there is a limit.</param>
internal sealed record DeclareRules(long? Limit, string? DefaultType, Func<long> Count)
{
    /// <exception cref="AmqpException">406: there are as many queues as there may be.</exception>
    public void DemandRoom(string queue)
    {
        if (Limit is { } limit && Count() >= limit)
            throw new AmqpException(ReplyCode.PreconditionFailed, $"cannot declare queue '{queue}': queue limit in cluster ({limit}) is reached");
    }
}
