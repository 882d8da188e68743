using System.Text;
using System.Text.Json;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Storage;
using Amqp.Storage.Configuration;
using Amqp.Storage.Messages;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Durability;

/// <summary>Quarantined messages stay quarantined when the broker is killed (SIGKILL) and started again.</summary>
public sealed class QuarantineTests
{
    [Test]
    public async Task Quarantined_messages_are_quarantined_after_a_kill_and_the_others_are_where_they_were()
    {
        await using var broker = await BrokerProcess.StartAsync();
        await using (var connection = await ConnectAsync(broker))
        {
            var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
            await channel.QueueDeclareAsync("q", durable: true, exclusive: false, autoDelete: false);
            await PublishAsync(channel, "first");
        }
        await broker.StopAsync();
        await PoisonAsync(broker.DataDirectory, "q");
        await broker.RestartAsync();
        await using (var connection = await ConnectAsync(broker))
        {
            var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
            await PublishAsync(channel, "second");
            Assert.That(await TakeAsync(channel, autoAck: false), Is.EqualTo("first"));
            Assert.That(await TakeAsync(channel, autoAck: false), Is.EqualTo("second"), "the message between them is quarantined");
            Assert.That(await CountAsync(broker), Is.EqualTo((1, 0)));
            broker.Kill();
        }

        for (int kill = 0; kill < 2; kill++)
        {
            await broker.RestartAsync();
            Assert.That(await CountAsync(broker), Is.EqualTo((1, 2)));
            broker.Kill();
        }

        await broker.RestartAsync();
        await using (var connection = await ConnectAsync(broker))
        {
            var channel = await connection.CreateChannelAsync();
            Assert.That(await TakeAsync(channel, autoAck: true), Is.EqualTo("first"));
            Assert.That(await TakeAsync(channel, autoAck: true), Is.EqualTo("second"));
            Assert.That(await channel.BasicGetAsync("q", autoAck: true), Is.Null);
        }
        Assert.That(await CountAsync(broker), Is.EqualTo((1, 0)));
    }

    private static Task<IConnection> ConnectAsync(BrokerProcess broker) =>
        new ConnectionFactory { Uri = broker.Uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();

    private static async Task PublishAsync(IChannel channel, string text) =>
        await channel.BasicPublishAsync("", "q", true, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes(text));

    private static async Task<string?> TakeAsync(IChannel channel, bool autoAck) =>
        await channel.BasicGetAsync("q", autoAck) is { } message ? Encoding.UTF8.GetString(message.Body.Span) : null;

    /// <summary>Appends an invalid message to a queue. Call only while no broker has the data directory open.</summary>
    private static async Task PoisonAsync(string folder, string queue)
    {
        using var directory = DataDirectory.Open(folder, new StoreOptions());
        uint number = DefinitionCodec.Read(
            directory.Catalog.Entries.Single(entry => entry.Key == DefinitionKey.OfQueue("/", queue)).Value).Number;
        await using var store = directory.OpenStore(new TopologyStore(new DefinitionStore(directory.Catalog)).QueueNumbers());
        store.Append([store.OpenQueue(number, durable: true)], [250], [1, 2, 3], persistent: true, new StoredMessage[1]);
        await store.WaitForCommitAsync(store.AppendedPosition);
    }

    private static async Task<(int Quarantined, int Ready)> CountAsync(BrokerProcess broker)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("guest:guest"u8));
        using var queue = JsonDocument.Parse(await http.GetStringAsync($"http://127.0.0.1:{broker.ManagementPort}/api/queues/%2F/q"));
        return (
            queue.RootElement.GetProperty("messages_quarantined").GetInt32(), queue.RootElement.GetProperty("messages_ready").GetInt32());
    }
}
