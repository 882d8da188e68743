using Amqp.Server.Broker.Faults;

namespace Amqp.Server.Connections;

/// <summary>Checks heartbeats and consumer timeouts of all connections twice a second.</summary>
internal sealed class HeartbeatMonitor(ConnectionRegistry connections, ContainedFaults faults) : BackgroundService
{
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_tick);
        while (await timer.WaitForNextTickAsync(stoppingToken)
            .AsTask()
            .ContinueWith(tick => tick.IsCompletedSuccessfully && tick.Result, TaskScheduler.Default))
            foreach (var connection in connections.All)
                Check(connection);
    }

    private void Check(AmqpConnection connection)
    {
        try
        {
            connection.Check(Environment.TickCount64);
        }
        catch (Exception error)
        {
            faults.Note(Compartment.Connection, $"connection {connection.Peer.Name}, its heartbeats", error);
        }
    }
}
