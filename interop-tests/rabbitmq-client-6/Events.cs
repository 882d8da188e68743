using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace RabbitMqClient6;

/// <summary>Handles a redelivery, the cancellation of a consumer, and the shutdown of a channel.</summary>
internal static class Events
{
    /// <summary>Declares a queue, causes each of the events, and waits for the event.</summary>
    public static void Watch(string queue)
    {
        using IConnection connection = Connections.Open();
        using IModel channel = connection.CreateModel();
        channel.QueueDeclare(queue, durable: false, exclusive: false, autoDelete: false);
        using ManualResetEvent again = new(false), cancelled = new(false), shutdown = new(false);
        var consumer = new EventingBasicConsumer(channel);
        consumer.Received += (_, delivery) =>
        {
            Console.WriteLine($" [x] Received '{Encoding.UTF8.GetString(delivery.Body.Span)}', redelivered: {delivery.Redelivered}");
            if (!delivery.Redelivered)
            {
                channel.BasicNack(delivery.DeliveryTag, multiple: false, requeue: true);
                return;
            }

            channel.BasicAck(delivery.DeliveryTag, multiple: false);
            again.Set();
        };
        consumer.ConsumerCancelled += (_, _) =>
        {
            Console.WriteLine(" [x] The consumer was cancelled");
            cancelled.Set();
        };
        channel.BasicConsume(queue, autoAck: false, consumer);

        channel.BasicPublish("", queue, basicProperties: null, "task"u8.ToArray());
        Connections.WaitFor(again, "the redelivery");

        using (IModel other = connection.CreateModel())
            other.QueueDelete(queue);
        Connections.WaitFor(cancelled, "the end of the consumer");

        channel.ModelShutdown += (_, reason) =>
        {
            Console.WriteLine(
                $" [x] The channel was closed: {reason.ReplyCode} {reason.ReplyText.Replace(queue, "QUEUE", StringComparison.Ordinal)}");
            shutdown.Set();
        };
        channel.BasicPublish(queue, "", basicProperties: null, body: "lost"u8.ToArray());
        Connections.WaitFor(shutdown, "the end of the channel");
        Console.WriteLine($" [x] The connection is open: {connection.IsOpen}");
    }
}
