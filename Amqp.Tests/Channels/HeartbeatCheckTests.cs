using Amqp.Protocol;
using Amqp.Server.Connections;
using Amqp.Tests.Support;

namespace Amqp.Tests.Channels;

/// <summary>
/// The broker sends heartbeats in time, and disconnects a client that is silent for too long. The tests choose the times at which the check
/// runs.
/// </summary>
public sealed class HeartbeatCheckTests
{
    private const long Interval = 60_000; // in milliseconds; so long that only the test calls the check

    private BrokerInProcess _broker = null!;
    private RawClient _client = null!;
    private AmqpConnection _connection = null!;

    [SetUp]
    public async Task ConnectAsync()
    {
        _broker = await BrokerInProcess.StartAsync();
        _client = await RawClient.DialAsync(new Uri($"amqp://guest:guest@127.0.0.1:{_broker.Port}"));
        await _client.OpenAsync(heartbeat: (ushort)(Interval / 1_000));
        _connection = _broker.Connections.All.Single();
    }

    [TearDown]
    public async Task CloseAsync()
    {
        await _client.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Test]
    public async Task One_is_sent_when_nothing_was_for_half_the_interval_and_not_before()
    {
        var channel = await _client.OpenChannelAsync();
        long last = _connection.Outbox.LastSent;

        _connection.Check(last + Interval / 2 - 1);
        await channel.SendAsync(new ChannelFlow(true));
        Assert.That((await _client.ReceiveAsync()).Method, Is.EqualTo(ChannelFlowOk.Id), "no heartbeat was sent before the answer");

        _connection.Check(_connection.Outbox.LastSent + Interval / 2);
        Assert.That((await _client.ReceiveAsync()).Type, Is.EqualTo(FrameType.Heartbeat));
    }

    [Test]
    public async Task Whatever_is_sent_puts_the_next_one_off()
    {
        var channel = await _client.OpenChannelAsync();
        long last = _connection.Outbox.LastSent;
        await Eventually.Holds(() => Environment.TickCount64 > last + 1, () => "the clock does not advance");

        await channel.ExpectQuietAsync();
        _connection.Check(last + Interval / 2);

        await channel.SendAsync(new ChannelFlow(true));
        Assert.That((await _client.ReceiveAsync()).Method, Is.EqualTo(ChannelFlowOk.Id), "the answer has restarted the half interval");
    }

    [Test]
    public async Task A_peer_that_was_not_read_from_has_its_whole_time_again_afterwards()
    {
        var channel = await _client.OpenChannelAsync();
        _broker.Broker.Alarms.SetDiskLimit(long.MaxValue);
        await channel.PublishAsync("", "nowhere");
        await _client.ExpectAsync<ConnectionBlocked>(0);
        long blocked = Environment.TickCount64;
        await Eventually.Holds(() => Environment.TickCount64 > blocked + 1, () => "the clock does not advance");

        _broker.Broker.Alarms.SetDiskLimit(0);
        await _client.ExpectAsync<ConnectionUnblocked>(0);
        _connection.Check(blocked + 5 * Interval / 2 + 1);

        await channel.ExpectQuietAsync();
    }

    [Test]
    public async Task A_peer_is_given_up_when_it_was_silent_for_two_and_a_half_intervals_and_not_before()
    {
        long before = Environment.TickCount64;
        var channel = await _client.OpenChannelAsync();
        long after = Environment.TickCount64;

        _connection.Check(before + 5 * Interval / 2);
        await channel.ExpectQuietAsync();

        after = Math.Max(after, Environment.TickCount64);
        _connection.Check(after + 5 * Interval / 2 + 1);
        await _client.ExpectEndAsync();
        Assert.That(_broker.Log, Has.One.Match(": nothing heard for 15[0-9] s, closed: missed heartbeats$"));
    }
}
