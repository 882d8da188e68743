using System.Text;
using RabbitMQ.Client;
using Testcontainers.RabbitMq;

namespace Containers;

/// <summary>Clients of RabbitMQ on this machine, and Testcontainers' own module for RabbitMQ, with the image.</summary>
public sealed class ClientTests
{
    private static readonly string _python = Path.Combine(Shell.Root, "interop-tests", "python");
    private static readonly string _node = Path.Combine(Shell.Root, "interop-tests", "node");

    [Test]
    public async Task Programs_of_pika_and_of_amqplib_exchange_messages()
    {
        await DemandClientsAsync();
        await using var broker = await BrokerContainer.StartAsync();
        var url = new Dictionary<string, string> { ["AMQP_URL"] = (await broker.UriAsync()).ToString().TrimEnd('/') };

        await SucceedAsync("/usr/bin/python3", ["hello_producer.py", "--count", "3"], _python, url);
        await SucceedAsync("node", ["hello-consumer.js", "--count", "3"], _node, url);
        await SucceedAsync("node", ["hello-producer.js", "--count", "3"], _node, url);
        await SucceedAsync("/usr/bin/python3", ["hello_consumer.py", "--count", "3"], _python, url);
        await SucceedAsync("/usr/bin/python3", ["confirms.py"], _python, url);
        await SucceedAsync("node", ["round-trip.js"], _node, url);
    }

    [Test]
    public async Task A_durable_message_of_pika_survives_a_restart_of_the_container()
    {
        await DemandClientsAsync();
        await using var broker = await BrokerContainer.StartAsync();
        await SucceedAsync("/usr/bin/python3", ["durable_publisher.py"], _python, await UrlAsync());

        await broker.KillAndStartAsync();

        await SucceedAsync("/usr/bin/python3", ["durable_consumer.py"], _python, await UrlAsync());

        async Task<Dictionary<string, string>> UrlAsync() => new() { ["AMQP_URL"] = (await broker.UriAsync()).ToString().TrimEnd('/') };
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

    private static async Task SucceedAsync(
        string program, string[] arguments, string folder, IReadOnlyDictionary<string, string> environment)
    {
        var run = await Shell.TryAsync(program, arguments, folder, environment);
        Assert.That(run.Code, Is.Zero, $"{program} {string.Join(' ', arguments)}: {run.Error}{run.Output}");
    }

    private static async Task DemandClientsAsync()
    {
        if ((await Shell.TryAsync("/usr/bin/python3", ["-c", "import pika"])).Code != 0)
            ImageUnderTest.Skip("pika is not installed: apt-get install python3-pika");
        if (!Directory.Exists(Path.Combine(_node, "node_modules")) && (await Shell.TryAsync("npm", ["ci"], _node)).Code != 0)
            ImageUnderTest.Skip("amqplib cannot be installed with npm ci in interop-tests/node");
    }
}
