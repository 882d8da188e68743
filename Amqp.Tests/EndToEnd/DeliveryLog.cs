using System.Text;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Tests.EndToEnd;

/// <summary>A consumer whose deliveries the test takes one by one, in the order in which they arrived.</summary>
internal sealed class DeliveryLog
{
    private readonly Channel<Arrival> _arrivals = Channel.CreateUnbounded<Arrival>();

    private DeliveryLog()
    {
    }

    /// <summary>Number of deliveries that have arrived and that the test has not taken.</summary>
    public int Waiting => _arrivals.Reader.Count;

    /// <summary>Starts to consume a queue.</summary>
    public static async Task<DeliveryLog> ConsumeAsync(IChannel channel, string queue, bool autoAck = false)
    {
        var log = new DeliveryLog();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
            log._arrivals.Writer.WriteAsync(
                new Arrival(Encoding.UTF8.GetString(delivery.Body.Span), delivery.DeliveryTag, delivery.Redelivered))
                .AsTask();
        await channel.BasicConsumeAsync(queue, autoAck, consumer);
        return log;
    }

    /// <summary>Waits for the next delivery and takes it.</summary>
    /// <exception cref="TimeoutException">No delivery arrived within a minute.</exception>
    public async Task<Arrival> NextAsync() => await _arrivals.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));

    /// <summary>Waits for this many deliveries and takes them.</summary>
    public async Task<IReadOnlyList<Arrival>> NextAsync(int count)
    {
        var arrivals = new List<Arrival>(count);
        while (arrivals.Count < count)
            arrivals.Add(await NextAsync());
        return arrivals;
    }
}

/// <summary>A delivery whose body is text.</summary>
internal readonly record struct Arrival(string Text, ulong DeliveryTag, bool Redelivered);
