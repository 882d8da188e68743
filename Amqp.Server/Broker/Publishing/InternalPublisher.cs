using System.Threading.Channels;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Publishing;

/// <summary>Publishes the broker's own messages to one internal exchange. Thread-safe. Callers may hold any lock.</summary>
/// <remarks>
/// A loop publishes the enqueued messages in order. While <see cref="MaxPending"/> messages are pending, new messages are dropped.
/// </remarks>
internal sealed class InternalPublisher
{
    /// <summary>Maximum number of pending messages.</summary>
    private const int MaxPending = 16_384;

    private readonly InternalExchange _exchange;
    private readonly Channel<InternalMessage> _pending = Channel.CreateBounded<InternalMessage>(
        new BoundedChannelOptions(MaxPending) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Task _loop;

    /// <param name="exchange">Exchange to publish to.</param>
    public InternalPublisher(InternalExchange exchange)
    {
        _exchange = exchange;
        _loop = Task.Run(PublishAllAsync);
    }

    /// <summary>
    /// True while the exchange has a binding. Read without the topology lock, so a message may be lost while the first binding is added.
    /// </summary>
    public bool IsHeard => _exchange.Exchange.Bindings.Count > 0;

    /// <summary>Enqueues a message for publishing. Never waits.</summary>
    public void Publish(string routingKey, Protocol.BasicProperties properties, byte[] body) =>
        _pending.Writer.TryWrite(new InternalMessage(_exchange, routingKey, properties, body));

    /// <summary>Publishes the pending messages, and then ends the loop.</summary>
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
