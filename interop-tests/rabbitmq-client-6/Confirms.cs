using System.Text;
using RabbitMQ.Client;

namespace RabbitMqClient6;

/// <summary>Publishes with confirms. If no queue receives a mandatory message, the broker returns the message before the confirm.</summary>
internal static class Confirms
{
    /// <summary>Publishes the given number of messages, then two messages that no queue receives.</summary>
    public static void Publish(int count)
    {
        using IConnection connection = Connections.Open();
        using IModel channel = connection.CreateModel();
        channel.ConfirmSelect();
        string queue = channel.QueueDeclare().QueueName;

        for (int number = 1; number <= count; number++)
            channel.BasicPublish("", queue, mandatory: true, basicProperties: null, Encoding.UTF8.GetBytes($"message {number}"));
        channel.WaitForConfirmsOrDie(Connections.Limit);
        Console.WriteLine($" [x] Confirmed {count} messages");
        Console.WriteLine($" [x] The queue holds {channel.MessageCount(queue)} messages");

        string? returned = null;
        channel.BasicReturn += (_, message) =>
            returned = $" [x] Returned '{Encoding.UTF8.GetString(message.Body.Span)}': {message.ReplyCode} {message.ReplyText}";
        channel.BasicPublish("", $"{queue}-none", mandatory: true, basicProperties: null, "lost"u8.ToArray());
        channel.WaitForConfirmsOrDie(Connections.Limit); // basic.return arrives before the confirm
        Console.WriteLine(returned);

        channel.BasicPublish("", $"{queue}-none", basicProperties: null, body: "lost"u8.ToArray());
        channel.WaitForConfirmsOrDie(Connections.Limit);
        Console.WriteLine(" [x] Confirmed a message that is not mandatory and has no queue");
    }
}
