using System.Globalization;
using Amqp.Server.Broker.Faults;

namespace Amqp.Server.Hosting;

/// <summary>Notifies systemd's watchdog (<c>WatchdogSec=</c>) as long as the broker works. See sd_watchdog_enabled(3).</summary>
/// <remarks>
/// A check precedes each notification. A check that does not end stops the notifications, and systemd then kills and restarts the broker.
/// While the broker stops, it is notified without a check: <c>TimeoutStopSec=</c> limits the time of a stop.
/// </remarks>
/// <param name="interval">Time between two notifications.</param>
/// <param name="check">The check; ends if the broker works.</param>
/// <param name="systemd">Sends the notifications.</param>
/// <param name="faults">Receives exceptions of a check. A check that throws has ended, so it does not stop the notifications.</param>
/// <param name="stopping">Cancelled when the broker begins to stop.</param>
internal sealed class SystemdWatchdog(
    TimeSpan interval, Func<Task> check, SystemdNotification systemd, ContainedFaults faults, CancellationToken stopping)
    : IHostedService, IDisposable
{
    private readonly PeriodicTimer _timer = new(interval);

    /// <summary>Returns the time between two notifications: half of the time after which systemd kills the broker.</summary>
    /// <param name="variable">Returns the value of an environment variable; null if it is not set.</param>
    /// <param name="processId">Id of this process, which <c>WATCHDOG_PID</c> must name if it is set.</param>
    /// <returns>Null if no watchdog watches this process.</returns>
    public static TimeSpan? Interval(Func<string, string?> variable, int processId)
    {
        if (variable("WATCHDOG_PID") is { Length: > 0 } process && process != processId.ToString(CultureInfo.InvariantCulture))
            return null;
        return long.TryParse(variable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds)
            && microseconds >= 2_000
                ? TimeSpan.FromMicroseconds(microseconds / 2)
                : null;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = RunAsync();
        return Task.CompletedTask;
    }

    /// <summary>Does nothing: the notifications go on until <see cref="Dispose"/>, because the broker still writes its data.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _timer.Dispose();

    private async Task RunAsync()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            if (!stopping.IsCancellationRequested)
                await faults.ContainAsync(Compartment.Broker, "the check for systemd's watchdog", check);
            systemd.SayAlive();
        }
    }
}
