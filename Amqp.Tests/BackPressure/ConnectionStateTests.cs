using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.BackPressure;

/// <summary>
/// The HTTP API shows the state of a connection during an alarm, also for a client that does not support connection.blocked.
/// </summary>
public class ConnectionStateTests
{
    private const long MoreThanThereIs = 1L << 60;

    private BrokerInProcess _broker = null!;
    private RawClient _client = null!;

    [SetUp]
    public async Task StartAsync() => _broker = await BrokerInProcess.StartAsync("store.max_unwritten = 1MiB");

    [TearDown]
    public async Task StopAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Test]
    public async Task It_is_blocking_while_there_is_an_alarm_and_blocked_once_it_publishes()
    {
        var channel = await OpenAsync(RawHandshake.ClientProperties);
        Assert.That(await StateAsync(), Is.EqualTo("running"));

        _broker.Broker.Alarms.SetDiskLimit(MoreThanThereIs);
        Assert.That(await StateAsync(), Is.EqualTo("blocking"));

        await channel.PublishAsync("", "nowhere", "a");
        await _client.ExpectAsync<ConnectionBlocked>(0);
        Assert.That(await StateAsync(), Is.EqualTo("blocked"));

        _broker.Broker.Alarms.SetDiskLimit(0);
        await _client.ExpectAsync<ConnectionUnblocked>(0);
        Assert.That(await StateAsync(), Is.EqualTo("running"));
    }

    [Test]
    public async Task It_is_closing_once_the_broker_has_closed_it_whatever_it_was_before()
    {
        var channel = await OpenAsync(RawHandshake.ClientProperties);
        _broker.Broker.Alarms.SetDiskLimit(MoreThanThereIs);
        await channel.PublishAsync("", "nowhere", "a");
        await _client.ExpectAsync<ConnectionBlocked>(0);
        var connection = _broker.Connections.All.Single();

        connection.Close(new AmqpException(ReplyCode.ConnectionForced, "enough"));

        Assert.That(connection.State, Is.EqualTo("closing"));
        await _client.ExpectCloseAsync(ReplyCode.ConnectionForced, "CONNECTION_FORCED - enough");
        Assert.That(connection.State, Is.EqualTo("closing"), "the client has not answered");
    }

    [Test]
    public async Task It_is_in_flow_while_the_store_cannot_keep_up_with_it_and_a_while_longer()
    {
        var channel = await OpenAsync(RawHandshake.ClientProperties);
        await channel.DeclareQueueAsync("q", durable: true);
        byte[] body = new byte[1 << 20];

        await Eventually.Holds(
            async () =>
            {
                for (int message = 0; message < 8; message++)
                    await channel.PublishAsync(
                        new BasicPublish("", "q", false, false), Encoded.Properties(new() { DeliveryMode = 2 }), body);
                return await StateAsync() == "flow";
            },
            () => "it keeps running");
        await Eventually.Holds(async () => await StateAsync() == "running", () => "it stays in flow", TimeSpan.FromSeconds(60));
    }

    [Test]
    public async Task A_client_that_does_not_understand_it_is_blocked_without_a_word()
    {
        var channel = await OpenAsync(FieldTable.Empty);
        _broker.Broker.Alarms.SetDiskLimit(MoreThanThereIs);
        await channel.PublishAsync("", "nowhere", "a");
        await Eventually.Holds(async () => await StateAsync() == "blocked", () => "the connection is not blocked");

        await channel.SendAsync(new ChannelFlow(true));
        _broker.Broker.Alarms.SetDiskLimit(0);

        Assert.That((await _client.ReceiveAsync()).Method, Is.EqualTo(ChannelFlowOk.Id));
    }

    [Test]
    public async Task A_client_whose_heartbeats_cannot_be_heard_is_not_dropped_for_that()
    {
        var channel = await OpenAsync(FieldTable.Empty, heartbeat: 1);
        _broker.Broker.Alarms.SetDiskLimit(MoreThanThereIs);
        await channel.PublishAsync("", "nowhere", "a");

        // The broker sends two heartbeats per interval, so nine heartbeats take more than four intervals.
        for (int beat = 0; beat < 9; beat++)
            Assert.That((await _client.ReceiveAsync()).Type, Is.EqualTo(FrameType.Heartbeat));

        Assert.That(await StateAsync(), Is.EqualTo("blocked"));
    }

    private async Task<RawChannel> OpenAsync(FieldTable properties, ushort heartbeat = 0)
    {
        _client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{_broker.Port}"));
        await _client.OpenAsync(heartbeat: heartbeat, properties: properties);
        return await _client.OpenChannelAsync();
    }

    private async Task<string?> StateAsync()
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_broker.ManagementPort}/api/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("guest:guest")));
        using var connections = JsonDocument.Parse(await http.GetStringAsync("connections"));
        return connections.RootElement[0].GetProperty("state").GetString();
    }
}
