using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.Federation;

/// <summary>Publishes and takes numbered messages at brokers that are killed and restarted meanwhile.</summary>
internal static class NumberedMessages
{
    private static readonly BasicProperties _persistent = new() { Persistent = true };

    /// <summary>Publishes numbers from 0, each until it is confirmed.</summary>
    /// <param name="broker">Where to publish.</param>
    /// <param name="exchange">The exchange.</param>
    /// <param name="routingKey">The routing key.</param>
    /// <param name="pause">Time between two messages.</param>
    /// <param name="stopped">Ends the publishing.</param>
    /// <param name="isHeld">Returns true while nothing is to be published; null for never.</param>
    /// <returns>The count of confirmed numbers.</returns>
    public static async Task<int> PublishAsync(
        Uri broker, string exchange, string routingKey, TimeSpan pause, CancellationToken stopped, Func<bool>? isHeld = null)
    {
        int number = 0;
        await RepeatAsync(broker, async connection =>
        {
            await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
            for (; !stopped.IsCancellationRequested; number++)
            {
                while (isHeld?.Invoke() == true)
                    await Task.Delay(20, CancellationToken.None);
                await channel.BasicPublishAsync(exchange, routingKey, false, _persistent, Encoding.UTF8.GetBytes($"{number}"));
                if (pause > TimeSpan.Zero)
                    await Task.Delay(pause, CancellationToken.None);
            }
        }, stopped);
        return number;
    }

    /// <summary>Consumes a queue with acknowledgements.</summary>
    public static Task ConsumeAsync(Uri broker, string queue, HashSet<string> consumed, CancellationToken stopped) =>
        RepeatAsync(broker, async connection =>
        {
            await using var channel = await connection.CreateChannelAsync();
            await channel.BasicQosAsync(0, 20, false);
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += async (_, delivery) =>
            {
                lock (consumed)
                    consumed.Add(Encoding.UTF8.GetString(delivery.Body.Span));
                await channel.BasicAckAsync(delivery.DeliveryTag, false);
            };
            await channel.BasicConsumeAsync(queue, false, consumer);
            while (connection.IsOpen && !stopped.IsCancellationRequested)
                await Task.Delay(20, CancellationToken.None);
        }, stopped);

    /// <summary>Takes the messages that a queue holds.</summary>
    public static async Task TakeAllAsync(Uri broker, string queue, HashSet<string> taken)
    {
        await using var connection = await ConnectAsync(broker);
        await using var channel = await connection.CreateChannelAsync();
        while (await channel.BasicGetAsync(queue, true) is { } message)
            lock (taken)
                taken.Add(Encoding.UTF8.GetString(message.Body.Span));
    }

    /// <summary>Returns true if all numbers below the count were taken.</summary>
    public static bool AreAllIn(HashSet<string> taken, int count)
    {
        lock (taken)
            return Enumerable.Range(0, count).All(number => taken.Contains($"{number}"));
    }

    public static Task<IConnection> ConnectAsync(Uri broker) => new ConnectionFactory
    {
        Uri = broker,
        AutomaticRecoveryEnabled = false,
        RequestedConnectionTimeout = TimeSpan.FromSeconds(2),
        ContinuationTimeout = TimeSpan.FromSeconds(5),
    }.CreateConnectionAsync();

    private static async Task RepeatAsync(Uri broker, Func<IConnection, Task> work, CancellationToken stopped)
    {
        while (!stopped.IsCancellationRequested)
        {
            try
            {
                await using var connection = await ConnectAsync(broker);
                await work(connection);
            }
            catch (Exception error) when (error is RabbitMQClientException or IOException or OperationCanceledException or TimeoutException)
            {
                await Task.Delay(50, CancellationToken.None); // the broker is down
            }
        }
    }
}
