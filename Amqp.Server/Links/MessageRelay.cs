using Amqp.Protocol;
using Amqp.Server.Broker.Links;
using Amqp.Server.Client;

namespace Amqp.Server.Links;

/// <summary>Publishes the deliveries of one channel on another one, in their order. Used by one task, which runs it once.</summary>
/// <param name="source">A channel with one consumer.</param>
/// <param name="target">A channel for publishing; in confirm mode for <see cref="AckMode.OnConfirm"/>.</param>
/// <param name="mode">Tells when messages are acknowledged at the source.</param>
/// <param name="rewrite">Returns the message to publish; null to drop the message.</param>
internal sealed class MessageRelay(ClientChannel source, ClientChannel target, AckMode mode, Func<ClientMessage, RelayedMessage?> rewrite)
{
    private readonly RelayWindow _window = new(source);
    private long _relayed;

    /// <summary>Number of messages that were published or dropped. Any thread may read it.</summary>
    public long Relayed => Volatile.Read(ref _relayed);

    /// <summary>Relays messages until one of the channels ends.</summary>
    /// <param name="count">Number of messages after which the relay ends; null for no limit.</param>
    /// <param name="cancellation">Ends the relay.</param>
    /// <exception cref="ClientException">A channel ended.</exception>
    public async Task RunAsync(long? count, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Exception? reason = null;
        target.OnEnded = error =>
        {
            reason = error;
            ended.Cancel();
        };
        target.OnConfirm = _window.Confirm;
        try
        {
            await foreach (var message in source.Deliveries.ReadAllAsync(ended.Token))
            {
                await RelayAsync(message, ended.Token);
                if (Relayed == count)
                    break;
            }
            if (mode == AckMode.OnConfirm)
                await _window.WaitForAsync(Relayed, ended.Token);
        }
        catch (OperationCanceledException) when (reason is not null)
        {
            throw new ClientException($"the target ended: {reason.Message}", (reason as ClientException)?.Code, reason);
        }
        finally
        {
            target.OnEnded = null;
        }
    }

    private async ValueTask RelayAsync(ClientMessage message, CancellationToken cancellation)
    {
        if (rewrite(message) is { } relayed)
        {
            if (mode == AckMode.OnConfirm)
                _window.Add(message.Tag);
            await target.PublishAsync(
                relayed.Exchange, relayed.RoutingKey, relayed.EncodedProperties, message.Body, isMandatory: false, cancellation);
            if (mode == AckMode.OnPublish)
                source.Send(new BasicAck(message.Tag, Multiple: false));
        }
        else if (mode == AckMode.OnConfirm)
        {
            _window.AddDropped(message.Tag);
        }
        else if (mode == AckMode.OnPublish)
        {
            source.Send(new BasicAck(message.Tag, Multiple: false));
        }
        Volatile.Write(ref _relayed, _relayed + 1);
    }
}
