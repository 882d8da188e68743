using System.Threading.Channels;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Publishing;

/// <summary>Publishes messages of the broker's own to one of its internal exchanges.</summary>
/// <remarks>
/// Thread-safe. Messages come under any lock, so they are published by a loop of their own, in their order. While it is too far behind they
/// are dropped: nobody waits for those who watch. The loop goes on whatever one message does to it.
/// </remarks>
internal sealed class InternalPublisher
{
    /// <summary>Messages that may wait to be published.</summary>
    private const int MaxPending = 16_384;

    private readonly InternalExchange _exchange;
    private readonly Channel<InternalMessage> _pending = Channel.CreateBounded<InternalMessage>(
        new BoundedChannelOptions(MaxPending) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Task _loop;

    /// <param name="exchange">The exchange.</param>
    public InternalPublisher(InternalExchange exchange)
    {
        _exchange = exchange;
        _loop = Task.Run(PublishAllAsync);
    }

    /// <summary>True while something is bound to the exchange. A glance without the topology lock: a message may be lost while the first binding is being made.</summary>
    public bool IsHeard => _exchange.Exchange.Bindings.Count > 0;

    /// <summary>Has a message published soon.</summary>
    public void Publish(string routingKey, Protocol.BasicProperties properties, byte[] body) =>
        _pending.Writer.TryWrite(new InternalMessage(_exchange, routingKey, properties, body));

    /// <summary>Publishes what waits, and then no more.</summary>
    public async Task StopAsync()
    {
        _pending.Writer.TryComplete();
        await _loop;
    }

    private async Task PublishAllAsync()
    {
        var round = new DispatchRound();
        while (await _pending.Reader.WaitToReadAsync())
        {
            while (!round.IsFull && _pending.Reader.TryRead(out var message))
                message.PublishContained(round);
            round.Complete();
        }
    }
}
