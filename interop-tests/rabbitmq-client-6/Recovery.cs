using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace RabbitMqClient6;

/// <summary>
/// A client that survives a restart of the broker. The client library connects again, and repeats the declarations and basic.consume.
/// </summary>
internal static class Recovery
{
    /// <summary>Consumes from an exclusive queue before and after a restart of the broker, until the message "quit" arrives.</summary>
    public static void Survive(string exchange)
    {
        using IConnection connection = Connections.Open();
        using IModel channel = connection.CreateModel();
        channel.ExchangeDeclare(exchange, ExchangeType.Topic, durable: false, autoDelete: true);
        string queue = channel.QueueDeclare().QueueName;
        channel.QueueBind(queue, exchange, "news.#");
        using var recovered = new ManualResetEvent(false);
        using var quit = new ManualResetEvent(false);
        ((IAutorecoveringConnection)connection).RecoverySucceeded += (_, _) => recovered.Set();
        var consumer = new EventingBasicConsumer(channel);
        consumer.Received += (_, delivery) =>
        {
            Console.WriteLine($" [x] Received '{Encoding.UTF8.GetString(delivery.Body.Span)}'");
            if (delivery.RoutingKey is "news.quit")
                quit.Set();
        };
        channel.BasicConsume(queue, autoAck: true, consumer);
        Console.WriteLine(" [*] Consuming");

        Connections.WaitFor(recovered, "the recovery");
        Console.WriteLine(" [x] Recovered");
        channel.BasicPublish(exchange, "news.today", basicProperties: null, body: "after the restart"u8.ToArray());
        channel.BasicPublish(exchange, "news.quit", basicProperties: null, body: "quit"u8.ToArray());
        Connections.WaitFor(quit, "the last message");
    }
}
