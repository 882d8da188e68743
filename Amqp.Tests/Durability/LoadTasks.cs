using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.Durability;

/// <summary>A piece of the load that was started.</summary>
/// <param name="Name">What it is called when it does not end.</param>
/// <param name="Connection">What it works on.</param>
/// <param name="Work">Ends with the broker.</param>
internal sealed record LoadTask(string Name, IConnection Connection, Task Work);

/// <summary>Work that goes on until the broker is killed under it.</summary>
internal static class LoadTasks
{
    /// <summary>Waits for all of the load, of a broker that is dead: a connection that is still open then is one whose client has not noticed.</summary>
    /// <exception cref="TimeoutException">Some of it did not end in time; the message names it.</exception>
    public static async Task AllEnd(IReadOnlyList<LoadTask> load, TimeSpan patience)
    {
        try
        {
            await Task.WhenAll(load.Select(task => task.Work)).WaitAsync(patience);
        }
        catch (TimeoutException error) when (load.Any(task => !task.Work.IsCompleted))
        {
            var hanging = load.Where(task => !task.Work.IsCompleted).Select(task => $"{task.Name} (its connection is {(task.Connection.IsOpen ? "still open" : "closed")})");
            throw new TimeoutException($"Did not end within {patience.TotalSeconds} s of the broker's death: {string.Join(", ", hanging)}", error);
        }
    }

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
