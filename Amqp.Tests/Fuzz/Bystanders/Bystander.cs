using System.Globalization;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.Fuzz.Bystanders;

/// <summary>
/// A client with nothing to do with the fuzzer's, which sends numbered messages on their way and demands
/// each of them back: once, in order and in time.
/// </summary>
/// <param name="run">Fails when one is not.</param>
/// <param name="virtualHost">Where it works.</param>
/// <param name="work">What it does.</param>
internal abstract class Bystander(FuzzRun run, string virtualHost, string work) : IAsyncDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);

    private readonly List<IConnection> _connections = [];

    /// <summary>Most messages that are under way at a time.</summary>
    public virtual int Window => 100;

    /// <summary>How many have arrived.</summary>
    public long Arrived => Messages.Arrived;

    /// <summary>Begins the names of its queues.</summary>
    protected string Name { get; } = $"bystander.{work.Replace(' ', '.')}";

    /// <summary>Those under way.</summary>
    protected InFlight Messages { get; } = new();

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{work} in '{virtualHost}' {Messages.Arrived}, the latest after {Messages.Latest.TotalMilliseconds:F0} ms");

    /// <summary>Sends until it is told to stop, then waits for what is under way.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await StartAsync();
            while (!stop.IsCancellationRequested)
            {
                if (Messages.Count < Window)
                    await SendAsync(Messages.Next()).WaitAsync(FuzzRun.Patience, CancellationToken.None);
                DemandPunctuality();
                await Task.Delay(_pause, CancellationToken.None);
            }
            while (Messages.Count > 0 && run.Failure is null)
            {
                DemandPunctuality();
                await Task.Delay(_pause, CancellationToken.None);
            }
            await Task.Delay(_pause, CancellationToken.None); // what comes too often may come now
        }
        catch (Exception error) when (error is OperationInterruptedException or AlreadyClosedException or BrokerUnreachableException
            or IOException or TimeoutException or PublishException or OperationCanceledException)
        {
            Fail(error.ToString());
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
            await connection.DisposeAsync();
    }

    /// <summary>Connects, and begins to consume.</summary>
    protected abstract Task StartAsync();

    /// <summary>Sends a number on its way.</summary>
    protected abstract Task SendAsync(long number);

    /// <summary>A channel on a connection of its own.</summary>
    protected async Task<IChannel> ChannelAsync(bool confirms = false)
    {
        var factory = new ConnectionFactory
        {
            Uri = run.Broker.Uri,
            VirtualHost = virtualHost,
            AutomaticRecoveryEnabled = false,
            RequestedHeartbeat = TimeSpan.Zero
        };
        var connection = await factory.CreateConnectionAsync().WaitAsync(FuzzRun.Patience);
        _connections.Add(connection);
        connection.ConnectionShutdownAsync += OnShutdown;
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(confirms, confirms));
        channel.ChannelShutdownAsync += OnShutdown;
        return channel;
    }

    /// <summary>Consumes numbers and acknowledges each, unless the broker need not be told.</summary>
    protected async Task ConsumeAsync(IChannel channel, string queue, bool autoAck, Func<BasicDeliverEventArgs, Task> take)
    {
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            if (delivery.Redelivered)
                Fail("a message came redelivered");
            await take(delivery);
            if (!autoAck)
                await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        };
        consumer.UnregisteredAsync += (_, _) =>
        {
            if (!run.Stop.IsCancellationRequested)
                Fail("the consumer was cancelled");
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck, consumer);
    }

    /// <summary>Takes a number that has arrived where it was to go.</summary>
    protected Task TakeAsync(BasicDeliverEventArgs delivery)
    {
        if (Messages.Take(BitConverter.ToInt64(delivery.Body.Span)) is { } complaint)
            Fail(complaint);
        return Task.CompletedTask;
    }

    protected void Fail(string why) => run.Fail($"a bystander, {this}: {why}");

    private void DemandPunctuality()
    {
        if (Messages.Age > FuzzRun.Patience)
            Fail($"what was sent {Messages.Age.TotalSeconds:F0} s ago has not come");
    }

    private Task OnShutdown(object sender, ShutdownEventArgs reason)
    {
        if (reason.Initiator != ShutdownInitiator.Application)
            Fail($"{reason}");
        return Task.CompletedTask;
    }
}
