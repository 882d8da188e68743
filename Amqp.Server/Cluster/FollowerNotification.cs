using Amqp.Server.Hosting;

namespace Amqp.Server.Cluster;

/// <summary>Tells systemd that a node is ready and works, until it serves as the leader and the broker tells it.</summary>
/// <remarks>Without this, systemd would end a follower, whose broker is not started.</remarks>
internal sealed class FollowerNotification : IDisposable
{
    private readonly Timer? _timer;

    public FollowerNotification()
    {
        var systemd = new SystemdNotification(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));
        systemd.SayReady();
        if (SystemdWatchdog.Interval(Environment.GetEnvironmentVariable, Environment.ProcessId) is { } interval)
            _timer = new Timer(_ => systemd.SayAlive(), null, TimeSpan.Zero, interval);
    }

    public void Dispose() => _timer?.Dispose();
}
