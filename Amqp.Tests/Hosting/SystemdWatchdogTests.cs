using System.Net.Sockets;
using System.Text;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Hosting;
using Amqp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;

namespace Amqp.Tests.Hosting;

/// <summary>The broker sends notifications to systemd's watchdog as long as the broker works, and no longer.</summary>
[Platform("Linux")]
public sealed class SystemdWatchdogTests
{
    private static readonly TimeSpan _often = TimeSpan.FromMilliseconds(20);

    [TestCase("10000000", null, 5_000)]
    [TestCase("10000000", "42", 5_000)]
    [TestCase("10000000", "43", null)] // another process is watched
    [TestCase("0", null, null)]
    [TestCase("x", null, null)]
    [TestCase(null, "42", null)]
    public void The_interval_is_half_of_the_time_that_systemd_waits(string? microseconds, string? process, int? milliseconds)
    {
        TimeSpan? interval = SystemdWatchdog.Interval(
            name => name switch { "WATCHDOG_USEC" => microseconds, "WATCHDOG_PID" => process, _ => null }, processId: 42);

        Assert.That(interval?.TotalMilliseconds, Is.EqualTo(milliseconds));
    }

    [Test]
    public async Task While_the_lock_of_a_queue_is_never_released_systemd_is_not_notified()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        await using (var connection = await BrokerInProcess.ConnectAsync(broker.Factory()))
        await using (var channel = await connection.CreateChannelAsync())
        {
            await channel.QueueDeclareAsync("q", exclusive: false);
            await channel.BasicPublishAsync("", "q", "x"u8.ToArray());
        }
        var queue = broker.Broker.VirtualHosts.Find("/")!.FindQueue("q")!;
        await Eventually.Holds(() => queue.Counts.Ready == 1, () => "the message did not arrive");
        using var manager = new Manager();
        using var watchdog = Watch(manager, new LivenessCheck(broker.Broker, broker.Loops).RunAsync);
        await watchdog.StartAsync(default);
        await manager.ReceiveAsync();

        using var isHeld = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var holder = Task.Factory.StartNew(
            () => queue.Status.TryPeek(0, (_, _) =>
            {
                isHeld.Set();
                release.Wait();
            }),
            TaskCreationOptions.LongRunning);
        isHeld.Wait();
        Assert.That(await manager.FallsSilentAsync(), Is.True);

        release.Set();
        await holder;
        await manager.ReceiveAsync();
    }

    [Test]
    public async Task Threads_for_sockets_that_work_respond()
    {
        await using var broker = await BrokerInProcess.StartAsync();

        await new LivenessCheck(broker.Broker, broker.Loops).RunAsync().WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Test]
    public async Task A_check_that_does_not_end_stops_the_notifications_and_one_that_fails_does_not()
    {
        using var manager = new Manager();
        var check = new TaskCompletionSource();
        using var watchdog = Watch(manager, () => check.Task);
        await watchdog.StartAsync(default);
        Assert.That(await manager.FallsSilentAsync(), Is.True);

        check.SetException(new IOException("not a sign that the broker hangs"));

        await manager.ReceiveAsync();
        await manager.ReceiveAsync();
    }

    [Test]
    public async Task A_broker_that_stops_is_notified_without_a_check()
    {
        using var manager = new Manager();
        using var watchdog = Watch(manager, () => new TaskCompletionSource().Task, new CancellationToken(canceled: true));
        await watchdog.StartAsync(default);

        await watchdog.StopAsync(default);

        await manager.ReceiveAsync();
        await manager.ReceiveAsync();
    }

    private static SystemdWatchdog Watch(Manager manager, Func<Task> check, CancellationToken stopping = default) => new(
        _often, check, new SystemdNotification(manager.Path), new ContainedFaults(NullLogger.Instance, TimeProvider.System), stopping);

    /// <summary>A service manager that receives the broker's notifications on a socket, like systemd.</summary>
    private sealed class Manager : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        private readonly byte[] _buffer = new byte[100];

        public Manager()
        {
            Path = $"@amqpbroker-tests-{Guid.NewGuid():n}";
            _socket.Bind(new UnixDomainSocketEndPoint($"\0{Path[1..]}"));
        }

        public string Path { get; }

        /// <summary>Waits for a notification.</summary>
        public async Task ReceiveAsync()
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            int length = await _socket.ReceiveAsync(_buffer.AsMemory(), limit.Token);
            Assert.That(Encoding.UTF8.GetString(_buffer.AsSpan(0, length)), Is.EqualTo("WATCHDOG=1"));
        }

        /// <summary>
        /// Waits until no notification has arrived for fifty intervals. Returns false if this does not happen within a minute.
        /// </summary>
        public async Task<bool> FallsSilentAsync()
        {
            var end = DateTime.UtcNow.AddMinutes(1);
            while (DateTime.UtcNow < end)
            {
                using var silence = new CancellationTokenSource(50 * _often);
                try
                {
                    await _socket.ReceiveAsync(_buffer.AsMemory(), silence.Token);
                }
                catch (OperationCanceledException)
                {
                    return true;
                }
            }
            return false;
        }

        public void Dispose() => _socket.Dispose();
    }
}
