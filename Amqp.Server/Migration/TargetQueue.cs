using System.Security.Cryptography;
using System.Text;
using Amqp.Protocol;
using Amqp.Server.Client;
using Amqp.Server.Links;

namespace Amqp.Server.Migration;

/// <summary>Publishes messages to a queue of the target, and to no other queue. Used by one task.</summary>
/// <param name="end">The connection.</param>
/// <param name="queue">Name of the queue.</param>
internal sealed class TargetQueue(LinkEnd end, string queue)
{
    /// <summary>A fixed name, so that a run finds the exchange that a killed one has left.</summary>
    private readonly string _exchange =
        $"amqpbroker.migrate.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(queue)).AsSpan(0, 12))}";

    private bool _hasExchange;

    /// <summary>Publishes a message. Returns before it is confirmed.</summary>
    /// <exception cref="ClientException">The channel has ended.</exception>
    public async ValueTask PublishAsync(ClientMessage message, ScreenedMessage screened, CancellationToken cancellation)
    {
        // The default exchange would also route a message to the queues that its header CC names. A fanout exchange ignores the header.
        if (screened.HasFurtherKeys && !_hasExchange)
            await DeclareExchangeAsync(cancellation);
        await end.Channel.PublishAsync(
            screened.HasFurtherKeys ? _exchange : "", queue, screened.EncodedProperties, message.Body, isMandatory: true, cancellation);
    }

    /// <summary>Deletes the exchange that was declared for messages with the header CC, if any.</summary>
    public async Task CleanUpAsync(CancellationToken cancellation)
    {
        if (_hasExchange)
            await end.Channel.CallAsync<ExchangeDelete, ExchangeDeleteOk>(
                new ExchangeDelete(_exchange, IfUnused: false, NoWait: false), cancellation);
        _hasExchange = false;
    }

    private async Task DeclareExchangeAsync(CancellationToken cancellation)
    {
        await end.Channel.CallAsync<ExchangeDeclare, ExchangeDeclareOk>(
            new ExchangeDeclare(
                _exchange, "fanout", Passive: false, Durable: false, AutoDelete: true, Internal: false, NoWait: false, FieldTable.Empty),
            cancellation);
        await end.Channel.CallAsync<QueueBind, QueueBindOk>(
            new QueueBind(queue, _exchange, "", NoWait: false, FieldTable.Empty), cancellation);
        _hasExchange = true;
    }
}
