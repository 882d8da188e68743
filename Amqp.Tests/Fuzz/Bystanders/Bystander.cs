using System.Globalization;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.Fuzz.Bystanders;

/// <summary>
/// A client that uses the broker correctly. It sends numbered messages. Each message must come back once, in order and in time.
/// </summary>
/// <param name="run">The run that fails if a message does not come back.</param>
/// <param name="virtualHost">Virtual host in which the client works.</param>
/// <param name="work">Name of the client's kind of work, for failure texts and queue names.</param>
internal abstract class Bystander(FuzzRun run, string virtualHost, string work) : IAsyncDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);

    private readonly List<IConnection> _connections = [];

    /// <summary>Maximum number of messages that the client has sent and that have not come back yet.</summary>
    public virtual int Window => 100;

    public long Arrived => Messages.Arrived;

    /// <summary>Prefix of the names of the client's queues.</summary>
    protected string Name { get; } = $"bystander.{work.Replace(' ', '.')}";

    /// <summary>The messages that the client has sent and that have not come back yet.</summary>
    protected InFlight Messages { get; } = new();

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{work} in '{virtualHost}' {Messages.Arrived}, the latest after {Messages.Latest.TotalMilliseconds:F0} ms");

    /// <summary>Sends messages until the token is cancelled. Then waits until all messages have come back.</summary>
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
            await Task.Delay(_pause, CancellationToken.None); // gives a faulty broker time to deliver a message a second time
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

    /// <summary>Connects the client, and starts its consumers.</summary>
    protected abstract Task StartAsync();

    /// <summary>Sends a message with a number.</summary>
    protected abstract Task SendAsync(long number);

    /// <summary>Opens a channel on a connection that no other code uses.</summary>
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

    /// <summary>Consumes numbered messages. Acknowledges each of them, unless <paramref name="autoAck"/> is true.</summary>
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

    /// <summary>Checks the number of a message that has come back. If the number is not the expected one, the run fails.</summary>
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
