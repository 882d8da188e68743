using System.Globalization;
using Amqp.Server.Broker.Faults;

namespace Amqp.Server.Hosting;

/// <summary>Notifies systemd's watchdog (<c>WatchdogSec=</c>) while the broker works. See sd_watchdog_enabled(3).</summary>
/// <remarks>
/// The broker runs a check before each notification. If the check hangs, systemd restarts the broker. While the broker stops, it sends the
/// notifications without checks.
/// </remarks>
/// <param name="interval">Time between two notifications.</param>
/// <param name="check">Check that completes if the broker works, and hangs if not.</param>
/// <param name="systemd">Sends the notifications.</param>
/// <param name="faults">Receives exceptions of a check. The notifications continue after an exception.</param>
/// <param name="stopping">Cancelled when the broker begins to stop.</param>
internal sealed class SystemdWatchdog(
    TimeSpan interval, Func<Task> check, SystemdNotification systemd, ContainedFaults faults, CancellationToken stopping)
    : IHostedService, IDisposable
{
    private readonly PeriodicTimer _timer = new(interval);

    /// <summary>
    /// Returns the time between two notifications: half of the watchdog's timeout. Returns null if no watchdog watches this process.
    /// </summary>
    /// <param name="variable">Returns the value of an environment variable; null if the variable is not set.</param>
    /// <param name="processId">Id of this process. If <c>WATCHDOG_PID</c> is set to another id, the result is null.</param>
    /// <returns>-</returns>
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

    /// <summary>
    /// Does nothing. The notifications continue until <see cref="Dispose"/>, because the broker is still writing its data.
    /// </summary>
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
