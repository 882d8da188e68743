using System.Threading.Channels;
using Amqp.Protocol;
using Amqp.Server.Broker.Dispatch;
using Amqp.Server.Broker.Exchanges;

namespace Amqp.Server.Broker.Events;

/// <summary>Publishes what happens in the broker to <c>amq.rabbitmq.event</c>, as RabbitMQ's plugin of that name does: the event's name is the routing key, its facts are the headers.</summary>
/// <remarks>
/// Events come under any lock, so they are published by a loop of their own, in their order. While it is too far behind they are
/// dropped: nobody waits for those who watch.
/// </remarks>
internal sealed class EventExchange : IBrokerEventListener
{
    public const string Name = "amq.rabbitmq.event";

    /// <summary>Events that may wait to be published.</summary>
    private const int MaxPending = 16_384;

    private readonly VirtualHost _virtualHost;
    private readonly Exchange _exchange;
    private readonly Channel<BrokerEvent> _pending = Channel.CreateBounded<BrokerEvent>(
        new BoundedChannelOptions(MaxPending) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Task _loop;

    /// <param name="virtualHost">Where the exchange is.</param>
    /// <param name="exchange">The exchange of that name.</param>
    public EventExchange(VirtualHost virtualHost, Exchange exchange)
    {
        (_virtualHost, _exchange) = (virtualHost, exchange);
        _loop = Task.Run(PublishAllAsync);
    }

    /// <inheritdoc/>
    /// <remarks>A glance without the topology lock: an event may be lost while the first binding is being made.</remarks>
    public bool IsListening => _exchange.Bindings.Count > 0;

    /// <inheritdoc/>
    public void Hear(BrokerEvent happened) => _pending.Writer.TryWrite(happened);

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
            while (!round.IsFull && _pending.Reader.TryRead(out var happened))
                Message(happened).Publish(round);
            round.Complete();
        }
    }

    private InternalMessage Message(BrokerEvent happened) => new(
        _virtualHost, _exchange, happened.Name,
        new BasicProperties
        {
            DeliveryMode = 2,
            Timestamp = (ulong)happened.Time.ToUnixTimeSeconds(),
            Headers = happened.Facts.With("timestamp_in_ms", FieldValue.FromInt64(happened.Time.ToUnixTimeMilliseconds())),
        },
        []);
}
