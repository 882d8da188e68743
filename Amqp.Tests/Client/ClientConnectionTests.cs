using Amqp.Protocol;
using Amqp.Server.Client;
using Amqp.Tests.Support;

namespace Amqp.Tests.Client;

/// <summary>The broker's own client, connected to a broker in the process of the test.</summary>
public sealed class ClientConnectionTests
{
    [Test]
    public async Task Messages_of_any_size_go_there_and_back()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        await using var connection = await ConnectAsync(broker, "guest");
        var channel = await connection.OpenChannelAsync(default);
        string queue = (await DeclareAsync(channel)).Queue;
        await channel.CallAsync<BasicConsume, BasicConsumeOk>(
            new BasicConsume(queue, "", false, NoAck: true, false, false, FieldTable.Empty), default);
        int[] sizes = [0, 1, 131_064, 131_065, 1_000_000];

        foreach (int size in sizes)
            await channel.PublishAsync("", queue, new byte[2], new byte[size], isMandatory: false, default);

        foreach (int size in sizes)
            Assert.That((await channel.Deliveries.ReadAsync()).Body, Has.Length.EqualTo(size));
    }

    [Test]
    public async Task A_refused_login_has_the_brokers_reason()
    {
        await using var broker = await BrokerInProcess.StartAsync();

        var refused = await Assert.ThrowsAsync<ClientException>(() => ConnectAsync(broker, "wrong"));

        Assert.That((refused!.Code, refused.Message), Is.EqualTo(((ReplyCode?)ReplyCode.AccessRefused,
            "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile.")));
    }

    [Test]
    public async Task A_request_that_closes_the_channel_fails_and_the_connection_goes_on()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        await using var connection = await ConnectAsync(broker, "guest");
        var channel = await connection.OpenChannelAsync(default);

        var refused = await Assert.ThrowsAsync<ClientException>(() => channel.CallAsync<QueueDeclare, QueueDeclareOk>(
            new QueueDeclare("none", Passive: true, false, false, false, false, FieldTable.Empty), default));

        Assert.That(refused!.Code, Is.EqualTo(ReplyCode.NotFound));
        Assert.That(
            async () => await channel.PublishAsync("", "q", new byte[2], default, false, default), Throws.TypeOf<ClientException>());
        Assert.That(await DeclareAsync(await connection.OpenChannelAsync(default)), Has.Property("MessageCount").EqualTo(0));
    }

    [Test]
    public async Task A_cancelled_consumer_ends_the_deliveries()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        await using var connection = await ConnectAsync(broker, "guest");
        var (channel, other) = (await connection.OpenChannelAsync(default), await connection.OpenChannelAsync(default));
        string queue = (await DeclareAsync(channel)).Queue;
        await channel.CallAsync<BasicConsume, BasicConsumeOk>(
            new BasicConsume(queue, "", false, NoAck: true, false, false, FieldTable.Empty), default);

        await other.CallAsync<QueueDelete, QueueDeleteOk>(new QueueDelete(queue, false, false, false), default);

        var ended = await Assert.CatchAsync(async () => await channel.Deliveries.ReadAsync());
        Assert.That(ended!.GetBaseException().Message, Is.EqualTo("the broker has cancelled the consumer"));
    }

    [Test]
    public async Task A_consumer_that_reads_nothing_does_not_fill_the_memory()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        await using var connection = await ConnectAsync(broker, "guest");
        await using var publishing = await ConnectAsync(broker, "guest");
        var (channel, publisher) = (await connection.OpenChannelAsync(default), await publishing.OpenChannelAsync(default));
        string queue = (await DeclareAsync(channel)).Queue;
        await channel.CallAsync<BasicConsume, BasicConsumeOk>(
            new BasicConsume(queue, "", false, NoAck: true, false, false, FieldTable.Empty), default);
        const int Count = 100_000;

        for (int i = 0; i < Count; i++)
            await publisher.PublishAsync("", queue, new byte[2], BitConverter.GetBytes(i), false, default);
        await Eventually.Holds(() => channel.Deliveries.Count == 10_000, () => $"{channel.Deliveries.Count} deliveries wait");

        for (int i = 0; i < Count; i++)
            Assert.That(BitConverter.ToInt32((await channel.Deliveries.ReadAsync()).Body), Is.EqualTo(i));
    }

    private static async Task<ClientConnection> ConnectAsync(BrokerInProcess broker, string password)
    {
        var uri = AmqpUri.Parse($"amqp://guest:{password}@127.0.0.1:{broker.Port}");
        var login = ClientLogin.Of(uri, "test", "/");
        return await ClientConnection.OpenAsync(await ClientTransport.ConnectAsync(uri, default), login, default);
    }

    private static Task<QueueDeclareOk> DeclareAsync(ClientChannel channel) => channel.CallAsync<QueueDeclare, QueueDeclareOk>(
        new QueueDeclare("", false, false, Exclusive: false, false, false, FieldTable.Empty), default);
}
