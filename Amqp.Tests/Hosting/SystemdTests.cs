using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Amqp.Server.Hosting;
using Amqp.Tests.Support;

namespace Amqp.Tests.Hosting;

/// <summary>The broker takes listening sockets from systemd, and notifies systemd of its state.</summary>
[Platform("Linux")]
public class SystemdTests
{
    [Test]
    public void Sockets_are_taken_by_the_names_that_their_units_give_them()
    {
        SystemdSockets sockets = Read(
            pid: 42, ("LISTEN_PID", "42"), ("LISTEN_FDS", "4"), ("LISTEN_FDNAMES", "amqp.socket:amqps:management:other"));

        Assert.That(
            (sockets.Amqp, sockets.Tls, sockets.Management),
            Is.EqualTo((new ulong[] { 3, 6 }, new ulong[] { 4 }, new ulong[] { 5 })).AsCollection);
    }

    [Test]
    public void Sockets_without_names_are_for_amqp() =>
        Assert.That(Read(pid: 42, ("LISTEN_PID", "42"), ("LISTEN_FDS", "1")).Amqp, Is.EqualTo(new ulong[] { 3 }));

    [TestCase("43", "1")]
    [TestCase("42", "0")]
    [TestCase("42", "x")]
    public void What_is_meant_for_another_process_is_left_alone(string pid, string count) =>
        Assert.That(Read(pid: 42, ("LISTEN_PID", pid), ("LISTEN_FDS", count)).Amqp, Is.Empty);

    [Test]
    public async Task A_broker_says_when_it_is_ready_and_when_it_stops()
    {
        string folder = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
        try
        {
            using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            manager.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, "notify")));
            manager.ReceiveTimeout = 60_000;
            ProcessStartInfo start = BrokerProgram.With(
                ["serve", "--port", "0", "--management-port", "0", "--data-dir", Path.Combine(folder, "data")]);
            start.Environment["NOTIFY_SOCKET"] = Path.Combine(folder, "notify");
            using var broker = Process.Start(start)!;
            try
            {
                Assert.That(await ReceiveAsync(manager), Is.EqualTo("READY=1"));
                using var terminate = Process.Start("kill", ["-TERM", $"{broker.Id}"]);
                Assert.That(await ReceiveAsync(manager), Is.EqualTo("STOPPING=1"));
                await broker.WaitForExitAsync();
            }
            finally
            {
                broker.Kill();
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public async Task A_broker_that_is_watched_says_again_and_again_that_it_works()
    {
        string folder = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
        try
        {
            using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            manager.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, "notify")));
            ProcessStartInfo start = BrokerProgram.With(
                ["serve", "--port", "0", "--management-port", "0", "--data-dir", Path.Combine(folder, "data")]);
            start.Environment["NOTIFY_SOCKET"] = Path.Combine(folder, "notify");
            start.Environment["WATCHDOG_USEC"] = "100000";
            using var broker = Process.Start(start)!;
            try
            {
                string state;
                do
                {
                    state = await ReceiveAsync(manager);
                }
                while (state == "WATCHDOG=1"); // skips notifications that the broker sends during a slow start
                Assert.That(state, Is.EqualTo("READY=1"));
                for (int i = 0; i < 3; i++)
                    Assert.That(await ReceiveAsync(manager), Is.EqualTo("WATCHDOG=1"));
            }
            finally
            {
                broker.Kill();
                await broker.WaitForExitAsync();
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public async Task A_broker_listens_on_a_socket_that_it_was_handed()
    {
        string folder = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
        try
        {
            string[] words = [.. BrokerProgram.Words, "serve", "--port", "1", "--management-port", "0", "--data-dir", $"{folder}/data"];
            // The program acts like systemd: it passes a listening socket as file descriptor 3 and sets the environment variables. Then the
            // program executes the broker in its place, under the same process id.
            string program = $"""
                import os, socket, sys
                s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
                print(s.getsockname()[1], flush=True)
                os.dup2(s.fileno(), 3); os.set_inheritable(3, True)
                os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1')
                os.execvp('{words[0]}', ['{string.Join("', '", words)}'])
                """;
            var start = new ProcessStartInfo("/usr/bin/python3", ["-c", program]) { RedirectStandardOutput = true };
            using var process = Process.Start(start)!;
            try
            {
                string port = (await process.StandardOutput.ReadLineAsync())!;
                string? line;
                do
                {
                    line = await process.StandardOutput.ReadLineAsync();
                }
                while (line is not null && !line.StartsWith("Server startup complete", StringComparison.Ordinal));

                Assert.That(line, Does.StartWith($"Server startup complete; AMQP on 127.0.0.1:{port};"));
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", int.Parse(port, System.Globalization.CultureInfo.InvariantCulture));
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("AMQP\0\0\u0009\u0001"));
                Assert.That(client.GetStream().ReadByte(), Is.EqualTo(1), "connection.start is a method frame");
            }
            finally
            {
                process.Kill();
                await process.WaitForExitAsync();
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        byte[] buffer = new byte[100];
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        return Encoding.UTF8.GetString(buffer.AsSpan(0, await socket.ReceiveAsync(buffer, limit.Token)));
    }

    private static SystemdSockets Read(int pid, params (string Name, string Value)[] variables) =>
        SystemdSockets.Read(name => variables.FirstOrDefault(variable => variable.Name == name).Value, pid);

    [TestCase("amqps:metrics:management", "6", "3", "5", "4")] // more sockets than names
    [TestCase("metrics:metrics:x:", "5 6", "", "", "3 4")]
    public void Each_socket_is_for_what_its_name_says_and_one_without_a_name_for_amqp(
        string names, string amqp, string tls, string management, string metrics)
    {
        SystemdSockets sockets = Read(pid: 42, ("LISTEN_PID", "42"), ("LISTEN_FDS", "4"), ("LISTEN_FDNAMES", names));

        Assert.That(
            (
                string.Join(' ', sockets.Amqp),
                string.Join(' ', sockets.Tls),
                string.Join(' ', sockets.Management),
                string.Join(' ', sockets.Metrics)),
            Is.EqualTo((amqp, tls, management, metrics)));
    }

    [Test]
    public void Without_the_process_named_no_socket_is_taken() => Assert.That(Read(pid: 42, ("LISTEN_FDS", "1")).Amqp, Is.Empty);

    [Test]
    public async Task A_manager_outside_of_the_file_system_is_told_too()
    {
        string name = $"amqpbroker-tests-{Guid.NewGuid():n}";
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint($"\0{name}"));

        new SystemdNotification($"@{name}").SayReady();
        new SystemdNotification($"@{name}").SayStopping();

        Assert.That((await ReceiveAsync(manager), await ReceiveAsync(manager)), Is.EqualTo(("READY=1", "STOPPING=1")));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("/nonexistent/notify")]
    [TestCase("@nobody-listens-here")]
    public void Where_nobody_wants_to_know_nothing_happens(string? path) =>
        Assert.That(new SystemdNotification(path).SayReady, Throws.Nothing);
}
