using System.Text;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Tests.EndToEnd;

/// <summary>When the broker stops or crashes, RabbitMQ.Client recovers its connections, channels and consumers automatically.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RecoveryTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private BrokerProcess _broker = null!;
    private IConnection _connection = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _broker = await BrokerProcess.StartAsync();
        _connection = await new ConnectionFactory { Uri = _broker.Uri, NetworkRecoveryInterval = TimeSpan.FromMilliseconds(200) }
            .CreateConnectionAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        if (_broker is not null)
            await _broker.DisposeAsync();
    }

    [Test]
    public async Task A_consumer_comes_back_by_itself_after_the_broker_was_killed_and_restarted()
    {
        var channel = await _connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.QueueDeclareAsync("kept", durable: true, exclusive: false, autoDelete: false);
        var log = await DeliveryLog.ConsumeAsync(channel, "kept", autoAck: true);

        await CrashAsync();
        await channel.BasicPublishAsync("", "kept", "after the crash"u8.ToArray());

        Assert.That((await log.NextAsync()).Text, Is.EqualTo("after the crash"));
    }

    [Test]
    public async Task What_was_not_durable_is_declared_anew_by_the_client_s_topology_recovery()
    {
        var channel = await _connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.ExchangeDeclareAsync("fleeting", ExchangeType.Topic, durable: false);
        // the broker chooses the name of this queue, so the recovered queue has another name
        string queue = await channel.QueueDeclareAsync();
        await channel.QueueBindAsync(queue, "fleeting", "a.#");
        var log = await DeliveryLog.ConsumeAsync(channel, queue, autoAck: true);

        await CrashAsync();
        await channel.BasicPublishAsync("fleeting", "a.b", mandatory: true, "routed again"u8.ToArray());

        Assert.That((await log.NextAsync()).Text, Is.EqualTo("routed again"));
    }

    [Test]
    public async Task A_delivery_not_acknowledged_before_the_crash_comes_again_to_the_recovered_consumer()
    {
        var channel = await _connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.QueueDeclareAsync("kept", durable: true, exclusive: false, autoDelete: false);
        var log = await DeliveryLog.ConsumeAsync(channel, "kept");
        await PublishAsync(channel, "unacknowledged");
        await log.NextAsync();
        await PublishAsync(channel, "behind it"); // the confirm of this message shows that the record of the first delivery is durable
        await log.NextAsync();

        await CrashAsync();

        Assert.That(
            (await log.NextAsync(2)).Select(arrival => (arrival.Text, arrival.Redelivered || arrival.Text == "behind it")),
            Is.EqualTo([("unacknowledged", true), ("behind it", true)]));
    }

    [Test]
    public async Task A_graceful_stop_closes_connections_with_CONNECTION_FORCED()
    {
        var closed = new TaskCompletionSource<ShutdownEventArgs>();
        _connection.ConnectionShutdownAsync += (_, reason) =>
        {
            closed.TrySetResult(reason);
            return Task.CompletedTask;
        };

        await _broker.StopAsync();

        var reason = await closed.Task.WaitAsync(_patience);
        Assert.That((reason.Initiator, reason.ReplyCode), Is.EqualTo((ShutdownInitiator.Peer, (ushort)320)));
        Assert.That(reason.ReplyText, Does.StartWith("CONNECTION_FORCED"));
    }

    [Test]
    public async Task A_client_recovers_from_a_graceful_restart_too()
    {
        var channel = await _connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.QueueDeclareAsync("kept", durable: true, exclusive: false, autoDelete: false);
        await PublishAsync(channel, "before");

        var recovered = Recovered();
        await _broker.RestartAsync();
        await recovered.WaitAsync(_patience);

        var got = await channel.BasicGetAsync("kept", autoAck: true);
        Assert.That(Encoding.UTF8.GetString(got!.Body.Span), Is.EqualTo("before"));
    }

    private static async Task PublishAsync(IChannel channel, string text) =>
        await channel.BasicPublishAsync(
            "", "kept", mandatory: true, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes(text));

    private async Task CrashAsync()
    {
        var recovered = Recovered();
        _broker.Kill();
        await _broker.RestartAsync();
        await recovered.WaitAsync(_patience);
    }

    private Task Recovered()
    {
        var recovered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _connection.RecoverySucceededAsync += (_, _) =>
        {
            recovered.TrySetResult();
            return Task.CompletedTask;
        };
        return recovered.Task;
    }
}
