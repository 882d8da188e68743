using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.Durability;

/// <summary>A running part of the load, with a connection of its own.</summary>
/// <param name="Name">Name of the part, for error messages.</param>
/// <param name="Connection">Connection of the part.</param>
/// <param name="Work">Task that ends after the broker was killed.</param>
internal sealed record LoadTask(string Name, IConnection Connection, Task Work);

/// <summary>Runs work until the broker is killed.</summary>
internal static class LoadTasks
{
    /// <summary>Waits until all parts of the load have ended after the kill.</summary>
    /// <exception cref="TimeoutException">
    /// Some parts did not end in time. The exception's text names these parts, and shows which of their connections are still open.
    /// </exception>
    public static async Task AllEnd(IReadOnlyList<LoadTask> load, TimeSpan patience)
    {
        try
        {
            await Task.WhenAll(load.Select(task => task.Work)).WaitAsync(patience);
        }
        catch (TimeoutException error) when (load.Any(task => !task.Work.IsCompleted))
        {
            var hanging = load.Where(task => !task.Work.IsCompleted)
                .Select(task => $"{task.Name} (its connection is {(task.Connection.IsOpen ? "still open" : "closed")})");
            throw new TimeoutException(
                $"Did not end within {patience.TotalSeconds} s of the broker's death: {string.Join(", ", hanging)}", error);
        }
    }

    /// <summary>Runs work until the channel is closed. Fails if the broker sent channel.close or connection.close.</summary>
    /// <param name="channel">The channel that the work uses.</param>
    /// <param name="work">The work. Its token is cancelled when the channel is closed.</param>
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
        catch (Exception error)
            when (error is OperationInterruptedException or OperationCanceledException or IOException or ObjectDisposedException)
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
