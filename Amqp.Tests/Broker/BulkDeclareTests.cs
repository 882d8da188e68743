using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

public class BulkDeclareTests
{
    [Test]
    public async Task Durable_queues_are_not_synced_to_the_disk_one_by_one()
    {
        const int Queues = 1000;
        await using var broker = await BrokerInProcess.StartAsync();
        await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{broker.Port}"));
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        long syncs = broker.Broker.Files.Syncs;

        for (int queue = 0; queue < Queues; queue++)
            await channel.SendAsync(new QueueDeclare($"q{queue}", false, true, false, false, false, FieldTable.Empty));
        for (int queue = 0; queue < Queues; queue++)
            await channel.ExpectAsync<QueueDeclareOk>();

        Assert.That(broker.Broker.Files.Syncs - syncs, Is.LessThan(Queues / 2));
    }
}
