using System.Text;
using RabbitMQ.Client;
using Testcontainers.RabbitMq;

namespace Containers;

/// <summary>Tests the image with client libraries, and with Testcontainers' module for RabbitMQ.</summary>
public sealed class ClientTests
{
    [Test]
    public async Task Programs_of_pika_and_of_amqplib_in_containers_exchange_messages()
    {
        await using var broker = await BrokerContainer.StartAsync();

        await Samples.PythonAsync(broker, "hello_producer.py", "--count", "3");
        await Samples.NodeAsync(broker, "hello-consumer.js", "--count", "3");
        await Samples.NodeAsync(broker, "hello-producer.js", "--count", "3");
        await Samples.PythonAsync(broker, "hello_consumer.py", "--count", "3");
        await Samples.PythonAsync(broker, "confirms.py");
        await Samples.NodeAsync(broker, "round-trip.js");
    }

    [Test]
    public async Task A_durable_message_of_pika_survives_a_restart_of_the_container()
    {
        await using var broker = await BrokerContainer.StartAsync();
        await Samples.PythonAsync(broker, "durable_publisher.py");

        await broker.KillAndStartAsync();

        await Samples.PythonAsync(broker, "durable_consumer.py");
    }

    [Test]
    public async Task The_module_for_RabbitMQ_starts_the_image()
    {
        await using RabbitMqContainer container = new RabbitMqBuilder(ImageUnderTest.Name).Build();
        await container.StartAsync();
        await using var connection =
            await new ConnectionFactory { Uri = new Uri(container.GetConnectionString()) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        string queue = (await channel.QueueDeclareAsync()).QueueName;
        await channel.BasicPublishAsync("", queue, "hello"u8.ToArray());

        var message = await channel.BasicGetAsync(queue, autoAck: true);

        Assert.That(Encoding.UTF8.GetString(message!.Body.Span), Is.EqualTo("hello"));
    }
}
