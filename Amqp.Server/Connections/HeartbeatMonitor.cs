using Amqp.Server.Broker.Faults;

namespace Amqp.Server.Connections;

/// <summary>Sends heartbeats where we have been quiet and gives up peers that have been (spec 4.2.7).</summary>
/// <remarks>One timer for all connections: ten thousand idle ones then cost one walk a second and no timers.</remarks>
internal sealed class HeartbeatMonitor(ConnectionRegistry connections, ContainedFaults faults) : BackgroundService
{
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_tick);
        while (await timer.WaitForNextTickAsync(stoppingToken).AsTask().ContinueWith(tick => tick.IsCompletedSuccessfully && tick.Result, TaskScheduler.Default))
            foreach (var connection in connections.All)
                Check(connection);
    }

    private void Check(AmqpConnection connection)
    {
        try
        {
            long now = Environment.TickCount64;
            connection.CheckHeartbeat(now);
            connection.CheckConsumerTimeout(now);
        }
        catch (Exception error)
        {
            faults.Note(Compartment.Connection, $"connection {connection.Peer.Name}, its heartbeats", error); // one connection's fault is no other's
        }
    }
}
