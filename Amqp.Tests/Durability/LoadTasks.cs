using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.Durability;

/// <summary>Work that goes on until the broker is killed under it.</summary>
internal static class LoadTasks
{
    /// <summary>Works until the channel has gone; fails when it was the broker that closed it, with a reason.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="work">Its token ends with the channel. Calls that the client leaves hanging then are abandoned.</param>
    public static async Task UntilBrokerDies(IChannel channel, Func<CancellationToken, Task> work)
    {
        using var ended = new CancellationTokenSource();
        channel.ChannelShutdownAsync += OnShutdown;
        try
        {
            if (channel.IsClosed)
                return;
            await work(ended.Token).WaitAsync(ended.Token);
        }
        catch (Exception error) when (error is OperationInterruptedException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            if (channel.CloseReason is { Initiator: ShutdownInitiator.Peer } reason)
                throw new InvalidOperationException($"The broker closed a channel: {reason.ReplyText}", error);
        }
        finally
        {
            channel.ChannelShutdownAsync -= OnShutdown;
        }

        Task OnShutdown(object sender, ShutdownEventArgs reason) => ended.CancelAsync();
    }
}
