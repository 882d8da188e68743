using System.Text;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Tests.Durability;

/// <summary>Base of tests that kill their broker (SIGKILL) at a chosen moment and start it again.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public abstract class CrashingBroker
{
    private BrokerProcess _broker = null!;
    private IConnection _connection = null!;

    /// <summary>A channel on the connection to the broker. Each restart and each <see cref="ReopenAsync"/> replaces it.</summary>
    private protected IChannel Channel { get; private set; } = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _broker = await BrokerProcess.StartAsync();
        await ConnectAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        if (_broker is not null)
            await _broker.DisposeAsync();
    }

    /// <summary>Kills the broker, starts it again and reconnects.</summary>
    /// <param name="afterMilliseconds">Time between the kill and the start.</param>
    private protected async Task CrashAsync(int afterMilliseconds = 0)
    {
        _broker.Kill();
        await _connection.DisposeAsync();
        await Task.Delay(afterMilliseconds);
        await _broker.RestartAsync();
        await ConnectAsync();
    }

    /// <summary>
    /// Replaces the test's channel by a new channel. With <paramref name="confirms"/>, each publish waits for its confirm.
    /// </summary>
    private protected async Task ReopenAsync(bool confirms = false)
    {
        await Channel.DisposeAsync();
        Channel = await _connection.CreateChannelAsync(new CreateChannelOptions(confirms, confirms));
    }

    private protected async Task<string> DeclareAsync(string queue) =>
        (await Channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false)).QueueName;

    /// <summary>
    /// Publishes a persistent message on the test's channel. Waits for the confirm if the channel was opened with confirms.
    /// </summary>
    private protected async Task PublishAsync(string exchange, string key, string text) =>
        await Channel.BasicPublishAsync(exchange, key, false, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes(text));

    /// <summary>Opens a channel, publishes persistent messages on it, and waits until all messages are confirmed.</summary>
    private protected async Task ConfirmAsync(string exchange, string key, params string[] texts)
    {
        await using var channel = await _connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        foreach (string text in texts)
            await channel.BasicPublishAsync(exchange, key, false, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Opens another channel, on which each publish waits for its confirm.</summary>
    private protected Task<IChannel> OpenAsync() => _connection.CreateChannelAsync(new CreateChannelOptions(true, true));

    /// <summary>Removes all messages from a queue and returns them in order.</summary>
    private protected async Task<IReadOnlyList<string>> TakeAllAsync(string queue)
    {
        var texts = new List<string>();
        var ended = new TaskCompletionSource();
        var consumer = new AsyncEventingBasicConsumer(Channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            texts.Add(Encoding.UTF8.GetString(delivery.Body.Span));
            return Task.CompletedTask;
        };
        consumer.UnregisteredAsync += (_, _) =>
        {
            ended.SetResult();
            return Task.CompletedTask;
        };
        string tag = await Channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        await Eventually.Holds(async () => await Channel.MessageCountAsync(queue) == 0, () => $"{queue} does not become empty");
        await Channel.BasicCancelAsync(tag);
        await ended.Task; // completes after the last delivery
        return texts;
    }

    private async Task ConnectAsync()
    {
        _connection = await new ConnectionFactory { Uri = _broker.Uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
        Channel = await _connection.CreateChannelAsync();
    }
}
