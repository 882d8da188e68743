using System.Diagnostics;
using System.Net.Sockets;
using Amqp.Tests.Support;

namespace Amqp.Tests.Transport;

/// <summary>Very many connections at once, and a broker that has no descriptors left for more.</summary>
[Platform("Linux")]
[NonParallelizable]
[CancelAfter(240_000)]
public sealed class ConnectionsUnderStressTests
{
    [Test]
    public async Task Ten_thousand_connections_that_are_opened_at_once_are_all_served()
    {
        const int count = 10_000;
        await using var broker = await BrokerProcess.StartAsync();
        var clients = new List<RawClient>();
        for (int batch = 0; batch < 100; batch++)
        {
            clients.AddRange(await Task.WhenAll(Enumerable.Range(0, count / 100).Select(async _ =>
            {
                var client = await RawClient.DialAsync(broker.Uri);
                await client.OpenAsync();
                return client;
            })));
        }

        await Task.WhenAll(clients.Select(client => client.OpenChannelAsync()));

        int open = OpenDescriptors(broker.Pid);
        Assert.That(open, Is.GreaterThan(count));
        foreach (var client in clients)
            await client.DisposeAsync();
        await Eventually.Holds(
            () => OpenDescriptors(broker.Pid) < open - count + 100, () => $"{OpenDescriptors(broker.Pid)} descriptors are open");
    }

    [Test]
    public async Task While_the_broker_has_no_descriptors_left_its_clients_are_served_and_later_new_ones_are()
    {
        await using var broker = await BrokerProcess.StartAsync();
        await using var client = await RawClient.DialAsync(broker.Uri);
        await client.OpenAsync();
        await LimitDescriptorsAsync(broker.Pid, OpenDescriptors(broker.Pid) + 20);

        var waiting = new List<Socket>();
        for (int i = 0; i < 60; i++)
        {
            waiting.Add(new Socket(SocketType.Stream, ProtocolType.Tcp));
            await waiting[^1].ConnectAsync(broker.Uri.Host, broker.Port);
        }
        await client.OpenChannelAsync();

        waiting.ForEach(socket => socket.Dispose());
        await using var another = await RawClient.DialAsync(broker.Uri);
        await another.OpenAsync();
        Assert.That(broker.HasExited, Is.False);
    }

    private static int OpenDescriptors(int pid) => Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Count();

    private static async Task LimitDescriptorsAsync(int pid, int count)
    {
        using var prlimit = Process.Start("prlimit", ["--pid", $"{pid}", $"--nofile={count}:{count}"]);
        await prlimit.WaitForExitAsync();
        Assert.That(prlimit.ExitCode, Is.Zero);
    }
}
