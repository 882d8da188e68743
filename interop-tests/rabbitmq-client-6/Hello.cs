using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace RabbitMqClient6;

/// <summary>Sends messages to one queue through the default exchange, and receives them.</summary>
internal static class Hello
{
    /// <summary>Sends the given number of messages to the queue.</summary>
    public static void Send(string queue, int count)
    {
        using IConnection connection = Connections.Open();
        using IModel channel = connection.CreateModel();
        channel.QueueDeclare(queue, durable: false, exclusive: false, autoDelete: false);

        for (int number = 1; number <= count; number++)
        {
            channel.BasicPublish("", queue, basicProperties: null, Encoding.UTF8.GetBytes($"Hello World! {number}"));
            Console.WriteLine($" [x] Sent 'Hello World! {number}'");
        }
    }

    /// <summary>Receives the given number of messages from the queue.</summary>
    public static void Receive(string queue, int count)
    {
        using IConnection connection = Connections.Open();
        using IModel channel = connection.CreateModel();
        channel.QueueDeclare(queue, durable: false, exclusive: false, autoDelete: false);
        using var all = new CountdownEvent(count);
        var consumer = new EventingBasicConsumer(channel);
        consumer.Received += (_, delivery) =>
        {
            Console.WriteLine($" [x] Received '{Encoding.UTF8.GetString(delivery.Body.Span)}'");
            all.Signal();
        };
        Console.WriteLine($" [*] Waiting for {count} messages in {queue}");
        channel.BasicConsume(queue, autoAck: true, consumer);
        Connections.WaitFor(all.WaitHandle, "messages");
    }
}
