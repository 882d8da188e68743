using System.Text;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.EndToEnd;

/// <summary>After a lost write to the catalog, the log contains messages of a queue that is missing in the catalog.</summary>
public sealed class LostDefinitionTests
{
    [Test]
    public async Task A_new_queue_does_not_inherit_the_messages_of_one_whose_definition_was_lost()
    {
        await using var broker = await BrokerProcess.StartAsync();
        await PublishAsync(broker, "kept", "stays"); // this message prevents the deletion of the segment file
        await broker.RestartAsync();
        string catalog = Path.Combine(broker.DataDirectory, "catalog.log");
        byte[] before = await File.ReadAllBytesAsync(catalog);
        await PublishAsync(broker, "kept", "stays too");
        await PublishAsync(broker, "lost", "not of the new queue");
        broker.Kill();
        await File.WriteAllBytesAsync(catalog, before);

        await broker.RestartAsync();
        await PublishAsync(broker, "new", "its own");
        await broker.RestartAsync();

        await using var connection = await ConnectAsync(broker);
        await using var channel = await connection.CreateChannelAsync();
        Assert.That(Encoding.UTF8.GetString((await channel.BasicGetAsync("new", autoAck: true))!.Body.Span), Is.EqualTo("its own"));
        Assert.That(await channel.BasicGetAsync("new", autoAck: true), Is.Null);
    }

    private static async Task PublishAsync(BrokerProcess broker, string queue, string text)
    {
        await using var connection = await ConnectAsync(broker);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        await channel.BasicPublishAsync(
            "", queue, mandatory: true, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes(text));
    }

    private static Task<IConnection> ConnectAsync(BrokerProcess broker) =>
        new ConnectionFactory { Uri = broker.Uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
}
