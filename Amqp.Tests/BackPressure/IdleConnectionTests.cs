using Amqp.Protocol;
using Amqp.Tests.Configuration;
using Amqp.Tests.Support;

namespace Amqp.Tests.BackPressure;

/// <summary>Idle connections take little memory. Clients that never complete a login or a publish do not disturb other clients.</summary>
public sealed class IdleConnectionTests : BackPressureTests, IDisposable
{
    private readonly TemporaryFile _config = new("handshake_timeout = 2000");

    private protected override string ConfigFile => _config.Path;

    public void Dispose() => _config.Dispose();

    [Test]
    public async Task Two_thousand_idle_connections_stay_up_and_cost_little()
    {
        const int count = 2_000;
        await DemandServiceAsync(); // makes the broker load the code for connections before the memory is measured
        long before = ProcessMemory.ResidentBytes(Broker.Pid);
        var sockets = new List<AmqpSocket>(count);
        for (int i = 0; i < count; i++)
            sockets.Add(await OpenSocketAsync());

        long cost = ProcessMemory.ResidentBytes(Broker.Pid) - before;
        await TestContext.Progress.WriteLineAsync($"{count} idle connections with a channel each cost {cost / MiB} MiB");
        await DemandServiceAsync();
        foreach (var socket in sockets)
        {
            await socket.SendAsync(1, new ChannelFlow(true));
            await socket.ExpectAsync<ChannelFlowOk>();
        }

        Assert.That(cost, Is.LessThan(100 * MiB));
    }

    [Test]
    public async Task Handshakes_that_do_not_go_on_hinder_no_one_and_are_dropped_in_time()
    {
        var stuck = new List<AmqpSocket>();
        for (int i = 0; i < 100; i++)
        {
            stuck.Add(await DialAsync()); // each of these clients sends nothing

            stuck.Add(await DialAsync());
            await stuck[^1].SendAsync(ProtocolHeader.Amqp091[..3].ToArray());

            stuck.Add(await DialAsync());
            await stuck[^1].SendAsync(ProtocolHeader.Amqp091.ToArray());
            await stuck[^1].ExpectAsync<ConnectionStart>();
            await stuck[^1].SendAsync(new byte[] { 1, 0, 0, 0, 0 }); // each of these clients sends a part of a frame header
        }

        await DemandServiceAsync();

        foreach (var socket in stuck)
            await socket.ExpectEndAsync();
    }

    [Test]
    public async Task A_publish_that_stops_half_way_hinders_no_one()
    {
        var half = await OpenSocketAsync();
        await DeclareAsync(half, "half");
        byte[] publish = AmqpSocket.Publish("", "half", new byte[100_000], persistent: true);
        await half.SendAsync(publish.AsMemory(0, publish.Length / 2));
        var whole = await OpenSocketAsync();
        await ConsumeAsync(whole, "half");

        await whole.SendAsync(AmqpSocket.Publish("", "half", new byte[10], persistent: true));
        byte[] first = await whole.ExpectDeliveryAsync();
        await half.SendAsync(publish.AsMemory(publish.Length / 2));
        byte[] second = await whole.ExpectDeliveryAsync();

        Assert.That((first.Length, second.Length), Is.EqualTo((10, 100_000)));
    }
}
